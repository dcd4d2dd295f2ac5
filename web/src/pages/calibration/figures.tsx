import { Text } from "@mantine/core";
import { useI18n, type I18n } from "@/i18n";
import type { Key } from "@/i18n";
import classes from "./calibration.module.css";

export type Pair = readonly (number | null)[] | null | undefined;

/** Both ends of an interval, or null when there is none. */
export function ends(pair: Pair): [number, number] | null {
  if (!pair || pair.length !== 2) return null;
  const [low, high] = pair;
  return typeof low === "number" && typeof high === "number" ? [low, high] : null;
}

/** Above 0 throughout, below 0 throughout, or neither. */
export function sideOf(pair: Pair): "above" | "below" | "open" {
  const found = ends(pair);
  if (!found) return "open";
  return found[0] > 0 ? "above" : found[1] < 0 ? "below" : "open";
}

/** Share of the maximum in points of 100, with its sign: "+12", "−7". */
export function signed(share: number | null | undefined, format: I18n["format"], digits = 0): string {
  if (share === null || share === undefined) return "–";
  const points = Number((share * 100).toFixed(digits));
  return `${points > 0 ? "+" : points < 0 ? "−" : "±"}${format.number(Math.abs(points), digits)}`;
}

export function useFigures() {
  const i18n = useI18n();
  const { t, format } = i18n;
  return {
    ...i18n,
    figure: (value: number | null | undefined): string => (value === null || value === undefined ? "–" : format.number(value, 2)),
    share: (value: number | null | undefined, digits = 0): string =>
      value === null || value === undefined ? "–" : format.percent(value * 100, digits),
    signed: (value: number | null | undefined, digits = 0): string => signed(value, format, digits),
    between: (pair: Pair, show: (value: number) => string): string => {
      const found = ends(pair);
      return found ? t("calibration.between", { low: show(found[0]), high: show(found[1]) }) : t("calibration.noInterval");
    },
  };
}

/** How strong an agreement is, from its interval: one word when both ends say the same. */
const BANDS = [
  { from: 0.8, key: "calibration.band.high" },
  { from: 0.667, key: "calibration.band.usable" },
  { from: 0.2, key: "calibration.band.low" },
  { from: -Infinity, key: "calibration.band.none" },
] as const satisfies readonly { from: number; key: Key }[];

const bandOf = (value: number): Key => (BANDS.find(({ from }) => value >= from) ?? BANDS[3]).key;

export function agreementKeys(pair: Pair): { low: Key; high: Key } | null {
  const found = ends(pair);
  return found && { low: bandOf(found[0]), high: bandOf(found[1]) };
}

interface IntervalProps {
  value: number | null;
  pair: Pair;
  /** Ends of the scale. */
  scale: readonly [number, number];
  /** A dashed line: zero, or what has to be reached. */
  mark?: number;
  weak?: boolean;
}

/** The picture of an estimate. The same stands beside it in words, so readers of the screen skip it. */
export function Interval({ value, pair, scale, mark, weak }: IntervalProps) {
  const place = (one: number) => `${(100 * Math.min(1, Math.max(0, (one - scale[0]) / (scale[1] - scale[0])))).toFixed(1)}%`;
  const found = ends(pair);
  return (
    <div className={classes.interval} data-weak={weak || undefined} aria-hidden>
      <span className={classes.axis} />
      {mark !== undefined && <span className={classes.mark} style={{ insetInlineStart: place(mark) }} />}
      {found && <span className={classes.span} style={{ insetInlineStart: place(found[0]), insetInlineEnd: `calc(100% - ${place(found[1])})` }} />}
      {value !== null && <span className={classes.dot} style={{ insetInlineStart: place(value) }} />}
    </div>
  );
}

const NOTES: Record<string, Key> = {
  noPairs: "calibration.note.noPairs",
  fewPairs: "calibration.note.fewPairs",
  oneCategory: "calibration.note.oneCategory",
};

/** Why a figure is missing or weak. */
export function Note({ note, noPairs }: { note: string | null; noPairs?: Key }) {
  const { t } = useI18n();
  if (note === null) return null;
  return <Text size="xs" c="dimmed">{t(note === "noPairs" && noPairs ? noPairs : (NOTES[note] ?? "calibration.note.other"))}</Text>;
}
