/** What the figures of a probe say, and what they leave open. Pure. */

import type { KindResult } from "../data";
import { FEW } from "../data";
import { ends, sideOf } from "../figures";

export type Reading = "tooFew" | "moves" | "shifts" | "quiet" | "nothingSeen";

/**
 * `moves`: answers change more often than the repeat alone explains. `shifts`: they do not, but scores drift to one
 * side. `nothingSeen`: no answer changed at all, which leaves an interval without width; what it leaves open is told
 * by `mostUnseen`.
 */
export function readingOf({ worklogs, overall }: Pick<KindResult, "worklogs" | "overall">): Reading {
  if (worklogs < FEW) return "tooFew";
  if (sideOf(overall.beyondNoiseCi95) === "above") return "moves";
  if (sideOf(overall.meanShiftCi95) !== "open") return "shifts";
  return overall.flips === 0 ? "nothingSeen" : "quiet";
}

/** Share of work that may be affected although none of n was, with 95 percent confidence. */
export const mostUnseen = (n: number): number => (n < 1 ? 1 : 1 - 0.05 ** (1 / n));

/** The largest effect beyond the noise that the interval does not rule out. */
export const notRuledOut = ({ overall }: Pick<KindResult, "overall">): number | null => {
  const found = ends(overall.beyondNoiseCi95);
  return found === null ? null : Math.max(0, found[1]);
};
