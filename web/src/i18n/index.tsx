import { createContext, useContext, useMemo, type ReactNode } from "react";
import type en from "./en";
import type { Keys, Text } from "./types";

export type Dictionary = typeof en;
export type Key = Keys<Dictionary>;
export type Language = "en" | "de";
/** A moment as the API writes it, or a Date. */
export type Moment = string | number | Date;
export type Values = Record<string, string | number>;
export type Translate = (key: Key, values?: Values) => string;

export interface I18n {
  language: Language;
  locale: string;
  timeZone: string;
  /** False while only the words of the frame and the inbox are there. */
  complete: boolean;
  t: Translate;
  format: Formats;
}

export interface Formats {
  date(value: Moment): string;
  time(value: Moment): string;
  dateTime(value: Moment): string;
  number(value: number, digits?: number): string;
  percent(value: number, digits?: number): string;
  relative(value: Moment, now?: Date): string;
  duration(seconds: number): string;
  bytes(size: number): string;
}

const Context = createContext<I18n | null>(null);

/** What the frame and the inbox say, in one language; small, because the first page waits for it. */
export async function loadCore(language: Language): Promise<Partial<Dictionary>> {
  return language === "de" ? ((await import("./de/core")).default as Partial<Dictionary>) : (await import("./en/core")).default;
}

/** Everything, in one language. */
export async function loadDictionary(language: Language): Promise<Dictionary> {
  return language === "de" ? ((await import("./de")).default as Dictionary) : (await import("./en")).default;
}

export function browserLanguage(): Language {
  return navigator.language.toLowerCase().startsWith("de") ? "de" : "en";
}

export function I18nProvider(props: {
  dictionary: Partial<Dictionary>;
  complete?: boolean;
  language: Language;
  timeZone?: string | null;
  children: ReactNode;
}) {
  const { dictionary, complete = true, language, timeZone } = props;
  const value = useMemo(() => makeI18n(dictionary, language, timeZone, complete), [dictionary, language, timeZone, complete]);
  return <Context.Provider value={value}>{props.children}</Context.Provider>;
}

/** `const { t, format } = useI18n()`; `t("inbox.empty")`, `t("inbox.found", { count: 5 })`. */
export function useI18n(): I18n {
  const value = useContext(Context);
  if (!value) throw new Error("useI18n outside of I18nProvider");
  return value;
}

export function makeI18n(dictionary: Partial<Dictionary>, language: Language, zone?: string | null, complete = true): I18n {
  const locale = language === "de" ? "de-DE" : "en-GB";
  const timeZone = zone || Intl.DateTimeFormat().resolvedOptions().timeZone;
  const plural = new Intl.PluralRules(locale);
  const t: Translate = (key, values = {}) => {
    let found: unknown = dictionary;
    for (const part of key.split(".")) found = (found as Record<string, unknown> | undefined)?.[part];
    if (found === undefined && !complete) return "";
    const text = found as Text;
    const chosen = typeof text === "string" ? text : plural.select(Number(values.count)) === "one" ? text.one : text.other;
    return chosen.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name];
      return typeof value === "number" ? value.toLocaleString(locale) : (value ?? "");
    });
  };
  return { language, locale, timeZone, complete, t, format: makeFormats(locale, timeZone) };
}

/** Unit, its seconds, and from how many of them on it is used: "6 weeks ago" says more than "last month". */
const STEPS: [Intl.RelativeTimeFormatUnit, number, number][] = [
  ["year", 31_536_000, 2],
  ["month", 2_592_000, 3],
  ["week", 604_800, 2],
  ["day", 86_400, 1],
  ["hour", 3_600, 1],
  ["minute", 60, 1],
];

let instanceZone: string | undefined;

/** The zone of times without an offset. Set once, before anything is shown. */
export function setInstanceZone(zone: string | undefined): void {
  instanceZone = zone;
}

/**
 * A moment of the API: ISO text with an offset, seconds since 1970, or the older "YYYY-MM-DD HH:MM:SS" in the time zone
 * of the instance.
 */
export function instant(value: Moment): Date {
  if (value instanceof Date) return value;
  if (typeof value === "number") return new Date(value * 1000);
  if (!/^\d{4}-\d\d-\d\d \d/.test(value)) return new Date(value);
  if (!instanceZone) return new Date(value.replace(" ", "T"));
  const seconds = Number(value.slice(17, 19) || 0);
  return new Date(momentOf(value, instanceZone).getTime() + seconds * 1000);
}

const zones = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds by which the clocks of a zone are ahead of UTC at a moment. */
function offset(moment: number, timeZone: string): number {
  let clock = zones.get(timeZone);
  if (!clock) {
    const two = "2-digit";
    clock = new Intl.DateTimeFormat("en-GB", {
      timeZone, year: "numeric", month: two, day: two, hour: two, minute: two, second: two, hourCycle: "h23",
    });
    zones.set(timeZone, clock);
  }
  const part = Object.fromEntries(clock.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  const shown = Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second);
  return shown - Math.floor(moment / 1000) * 1000;
}

/** What a clock of the zone shows: "YYYY-MM-DD HH:MM:SS". */
export function wallClock(value: Moment, timeZone: string): string {
  const moment = instant(value).getTime();
  return new Date(moment + offset(moment, timeZone)).toISOString().slice(0, 19).replace("T", " ");
}

/** The moment at which a clock of the zone shows "YYYY-MM-DD HH:MM". */
export function momentOf(clock: string, timeZone: string): Date {
  const plain = Date.parse(`${clock.slice(0, 16).replace(" ", "T")}:00Z`);
  const first = plain - offset(plain, timeZone);
  return new Date(plain - offset(first, timeZone));
}

function makeFormats(locale: string, timeZone: string): Formats {
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone });
  const time = new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone });
  const both = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone });
  const ago = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  const number = (value: number, digits = 0) =>
    value.toLocaleString(locale, { maximumFractionDigits: digits, minimumFractionDigits: 0 });
  return {
    date: (value) => date.format(instant(value)),
    time: (value) => time.format(instant(value)),
    dateTime: (value) => both.format(instant(value)),
    number,
    percent: (value, digits = 0) => `${number(value, digits)} %`,
    relative(value, now = new Date()) {
      const seconds = (instant(value).getTime() - now.getTime()) / 1000;
      const step = STEPS.find(([, size, from]) => Math.abs(seconds) >= size * from);
      return step ? ago.format(Math.trunc(seconds / step[1]), step[0]) : ago.format(0, "minute");
    },
    duration(seconds) {
      const total = Math.max(0, Math.round(seconds));
      const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
      const padded = (value: number) => String(value).padStart(2, "0");
      return hours ? `${hours}:${padded(minutes)}:${padded(rest)}` : `${minutes}:${padded(rest)}`;
    },
    bytes: (size) => (size < 1_000_000 ? `${number(Math.max(1, size / 1000))} kB` : `${number(size / 1_000_000, 1)} MB`),
  };
}
