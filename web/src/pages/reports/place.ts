import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import { useI18n, wallClock } from "@/i18n";

/** What a report shows stands in the address: it can be shared, and the back button returns to it. */
export interface Place {
  get: (name: string) => string | null;
  /** Null removes. `replace`: without a step in the history of the browser, for what is typed. */
  set: (values: Record<string, string | null>, replace?: boolean) => void;
  path: string;
}

export function usePlace(base: string): Place {
  const [params, setParams] = useSearchParams();
  const set = useCallback<Place["set"]>(
    (values, replace = false) =>
      setParams(
        (previous) => {
          const next = new URLSearchParams(previous);
          for (const [name, value] of Object.entries(values)) {
            if (value) next.set(name, value);
            else next.delete(name);
          }
          return next;
        },
        { replace },
      ),
    [setParams],
  );
  return { get: (name) => params.get(name), set, path: params.size > 0 ? `${base}?${params}` : base };
}

export const PERIODS = ["30", "90", "365", "all", "own"] as const;
export type Period = (typeof PERIODS)[number];
const DAY = 86_400_000;

export interface Span {
  period: Period;
  from: string | undefined;
  to: string | undefined;
}

/** The days of the report, by default the last 90; whole days in the time zone of the reader. */
export function useSpan(place: Place): Span {
  const { timeZone } = useI18n();
  const [period, from, to] = [place.get("period"), place.get("from"), place.get("to")];
  return useMemo(() => {
    const known = PERIODS.find((one) => one === period) ?? (from || to ? "own" : "90");
    if (known === "own") return { period: known, from: from ?? undefined, to: to ?? undefined };
    if (known === "all") return { period: known, from: undefined, to: undefined };
    return { period: known, from: wallClock(new Date(Date.now() - Number(known) * DAY), timeZone).slice(0, 10), to: undefined };
  }, [period, from, to, timeZone]);
}

/** The same without what is not set, as the client wants it. */
export function filled<Values extends object>(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null)) as Values;
}
