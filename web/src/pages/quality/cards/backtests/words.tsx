/** How a figure of a dry run is put into words. Nothing is claimed that the numbers do not carry. */

import { Badge, Text } from "@mantine/core";
import { useI18n, type I18n } from "@/i18n";
import classes from "../cards.module.css";
import type { BacktestCriterion, BacktestState, BacktestSummary, DiffCriterion } from "./data";

/** Fewer verified answers than this say little about how well the judge agrees with people. */
export const FEW_LABELS = 20;
/** Fewer pieces of work than this say little about a mean. */
export const FEW_PAIRS = 10;

const COLORS: Record<BacktestState, string> = { queued: "gray", running: "blue", done: "assay", stopped: "orange", failed: "red", cancelled: "gray" };

export function BacktestStateBadge({ state }: { state: BacktestState }) {
  const { t } = useI18n();
  return <Badge variant="light" color={COLORS[state]} tt="none" fw={600}>{t(`cards.state.${state}`)}</Badge>;
}

export function signed(value: number, { format }: I18n, digits = 1): string {
  const text = format.number(Math.abs(value), digits);
  return Number(value.toFixed(digits)) === 0 ? text : value > 0 ? `+${text}` : `−${text}`;
}

/** Whether the interval says that scores rise or fall; null: it says neither. */
export function direction(ci: number[] | null): "up" | "down" | null {
  const [low, high] = ci ?? [];
  if (low === undefined || high === undefined) return null;
  return low > 0 ? "up" : high < 0 ? "down" : null;
}

export function differenceText(summary: BacktestSummary, i18n: I18n): string {
  const { t } = i18n;
  if (summary.meanDifference === null) return t("cards.result.nothingCompared");
  const [low, high] = summary.ci95 ?? [];
  if (low === undefined || high === undefined) return t("cards.result.noInterval");
  const interval = t("cards.result.interval", { low: signed(low, i18n), high: signed(high, i18n) });
  const found = direction(summary.ci95);
  return `${interval} ${t(found === null ? "cards.result.unclear" : found === "up" ? "cards.result.higher" : "cards.result.lower")}`;
}

/** An answer of one side: its points, or why there are none. */
export function answerText(score: number | null, state: string | null, i18n: I18n): string {
  const { t, format } = i18n;
  if (state === null && score === null) return t("cards.answer.none");
  if (state === "notApplicable") return t("cards.answer.notApplicable");
  if (score === null) return t(state === "needsHuman" ? "cards.answer.needsHuman" : "cards.answer.open");
  return format.number(score, 2);
}

export function Answer({ criterion, side }: { criterion: DiffCriterion; side: "before" | "after" }) {
  const i18n = useI18n();
  const words = side === "before" ? answerText(criterion.scoreBefore, criterion.stateBefore, i18n) : answerText(criterion.scoreAfter, criterion.stateAfter, i18n);
  return <Text span size="sm" c={side === "before" ? "dimmed" : undefined} fw={side === "after" ? 650 : undefined}>{words}</Text>;
}

export interface Shares {
  humanBefore: number | null;
  humanAfter: number | null;
  compared: number;
  judged: number;
}

/** How many answers are left to a person, before and after, with what they are shares of. */
export function sharesOf(criteria: readonly BacktestCriterion[]): Shares {
  const sum = (pick: (one: BacktestCriterion) => number) => criteria.reduce((total, one) => total + pick(one), 0);
  const compared = sum((one) => one.compared);
  const judged = sum((one) => one.judged);
  return {
    compared,
    judged,
    humanBefore: compared === 0 ? null : (100 * sum((one) => one.needsHumanBefore)) / compared,
    humanAfter: judged === 0 ? null : (100 * sum((one) => one.needsHumanAfter)) / judged,
  };
}

export interface Agreement {
  n: number;
  share: number | null;
}

/** The share of equal answers over all criteria. Kappa is a matter of one criterion and is not summed up. */
export function agreementOf(criteria: readonly BacktestCriterion[], side: "agreementBefore" | "agreementAfter"): Agreement {
  const n = criteria.reduce((total, one) => total + one[side].n, 0);
  const equal = criteria.reduce((total, one) => total + one[side].n * (one[side].exact ?? 0), 0);
  return { n, share: n === 0 ? null : (100 * equal) / n };
}

export function agreementText({ n, share }: Agreement, { t, format }: I18n): string {
  if (share === null) return t("cards.result.noLabels");
  return t(n < FEW_LABELS ? "cards.result.agreementFew" : "cards.result.agreementOf", { share: format.percent(share), count: n });
}

export const differs = (one: DiffCriterion): boolean =>
  one.stateBefore !== null && (one.scoreBefore !== one.scoreAfter || (one.stateBefore === "notApplicable") !== (one.stateAfter === "notApplicable"));

/** Why the judge answers so: how sure it is, its reason, the words it quotes. */
export function Details({ criterion }: { criterion: DiffCriterion }) {
  const { t, format } = useI18n();
  return (
    <>
      {(criterion.reason || criterion.confidence !== null) && (
        <Text size="xs" c="dimmed" mt={2}>
          {criterion.confidence !== null && `${t("quality.review.confidence", { percent: format.percent(criterion.confidence * 100) })}. `}
          {criterion.reason}
        </Text>
      )}
      {criterion.evidence.map((one) => (
        <span key={`${one.conversationId}-${one.start}-${one.end}`} className={classes.quote}>{one.quote}</span>
      ))}
    </>
  );
}
