import { createTheme, type MantineColorsTuple } from "@mantine/core";

const assay: MantineColorsTuple = [
  "#ecfaf7", "#d5f1eb", "#abe2d7", "#7cd2c1", "#50c1ac", "#2da893", "#178a78", "#0f766e", "#0b5f59", "#084a46",
];

export const theme = createTheme({
  primaryColor: "assay",
  primaryShade: { light: 7, dark: 7 },
  colors: { assay },
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
