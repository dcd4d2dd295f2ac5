import { useI18n } from "@/i18n";
import { isTime, type Dimension, type RowKey, type ScoresRow } from "../data";

const LEVELS = ["l0", "l1", "l2", "l3", "l4", "l5"] as const;
const CHANNELS = ["email", "portal", "phone", "letter", "system", "chat", "walkIn"] as const;

/** The name under which the API knows the dimension. */
export const fieldOf = (one: Dimension): string => (isTime(one) ? "time" : one);

/** What the parts of a row are called, in the language of the reader. */
export function useNames() {
  const { t, locale } = useI18n();
  const level = (value: number): string => {
    const known = LEVELS[value];
    return known ? t(`reports.level.${known}`) : String(value);
  };
  const time = (firstDay: string, label: string | null, one: Dimension): string => {
    if (one === "week") return label?.replace(/^(\d+)-W(\d+)$/, (_, year: string, week: string) => `${locale.startsWith("de") ? "KW" : "W"} ${Number(week)} ${year}`) ?? firstDay;
    return new Intl.DateTimeFormat(locale, { month: "short", year: "numeric", timeZone: "UTC" }).format(new Date(`${firstDay}T00:00:00Z`));
  };
  const part = (row: Pick<ScoresRow, "key" | "label">, one: Dimension): string => {
    const field = fieldOf(one);
    const value = (row.key as RowKey)[field];
    const label = row.label[field] ?? null;
    if (value === null || value === undefined) {
      return one === "agent" || one === "team" || one === "tag" || one === "aiAgent" ? t(`reports.none.${one}`) : t("reports.none.other");
    }
    if (isTime(one)) return time(String(value), label, one);
    if (one === "automationLevel") return level(Number(value));
    const channel = one === "channel" ? CHANNELS.find((name) => name === value) : undefined;
    return channel ? t(`quality.channel.${channel}`) : (label ?? `#${value}`);
  };
  const row = (found: Pick<ScoresRow, "key" | "label">, by: readonly Dimension[]): string => by.map((one) => part(found, one)).join(" · ");
  return { level, part, row };
}

/** `agent:8,time:2026-10-12`, or `all`: which row is opened, as it stands in the address. */
export function keyText(key: RowKey): string {
  return Object.entries(key).map(([name, value]) => `${name}:${value ?? "null"}`).join(",") || "all";
}

export function keyOf(text: string): RowKey {
  if (text === "all") return {};
  return Object.fromEntries(
    text.split(",").map((part) => {
      const at = part.indexOf(":");
      const value = part.slice(at + 1);
      return [part.slice(0, at), value === "null" ? null : value];
    }),
  );
}
