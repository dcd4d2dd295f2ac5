import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const assay: MantineColorsTuple = [
  "#ecfaf7", "#d5f1eb", "#abe2d7", "#7cd2c1", "#50c1ac", "#2da893", "#178a78", "#0f766e", "#0b5f59", "#084a46",
];

/** In the hue of the ground, which is not quite grey. */
const dark: MantineColorsTuple = [
  "#dfe5e6", "#c2cbcd", "#a2aeb1", "#8b979a", "#3a4547", "#2c3435", "#20282a", "#181d1e", "#141819", "#0f1213",
];

export const theme = createTheme({
  primaryColor: "assay",
  primaryShade: { light: 7, dark: 7 },
  colors: { assay, dark },
  autoContrast: true,
  defaultRadius: "md",
  cursorType: "pointer",
  fontFamily: 'Inter, "Segoe UI", -apple-system, BlinkMacSystemFont, Roboto, "Helvetica Neue", "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: "650" },
  components: {
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true } },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45, blur: 2 } } },
  },
});

/** Text on the pale ground of its own colour: the darkest shades of the palette are too pale to be read there. */
export const variables: CSSVariablesResolver = ({ colors }) => ({
  variables: {},
  light: Object.fromEntries(
    Object.keys(colors).map((name) => [`--mantine-color-${name}-light-color`, `color-mix(in srgb, var(--mantine-color-${name}-9) 66%, #000)`]),
  ),
  dark: {},
});
