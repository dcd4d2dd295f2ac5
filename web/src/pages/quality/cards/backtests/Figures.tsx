import { Alert, Group, Text } from "@mantine/core";
import { IconArrowNarrowRight, IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useI18n } from "@/i18n";
import classes from "../cards.module.css";
import type { BacktestCriterion, BacktestSummary } from "./data";
import { agreementOf, agreementText, differenceText, FEW_PAIRS, sharesOf, signed } from "./words";

function Figure({ name, value, children }: { name: string; value: ReactNode; children?: ReactNode }) {
  return (
    <div className={classes.figure}>
      <Text component="dt" size="xs" c="dimmed">{name}</Text>
      <dd className={classes.value}>{value}</dd>
      {children && <Text component="dd" size="xs" c="dimmed">{children}</Text>}
    </div>
  );
}

/** Two values, from the one to the other. */
export function Turn({ before, after }: { before: ReactNode; after: ReactNode }) {
  const { t } = useI18n();
  return (
    <Group component="span" gap={6} wrap="nowrap" display="inline-flex">
      <span>{before}</span>
      <IconArrowNarrowRight size={18} role="img" aria-label={t("cards.result.to")} style={{ flexShrink: 0, color: "var(--desk-quiet)" }} />
      <span>{after}</span>
    </Group>
  );
}

interface Props {
  summary: BacktestSummary;
  /** Left out where only the summary is known. */
  criteria?: readonly BacktestCriterion[];
}

/** What a dry run came to, in figures and in words. */
export function Figures({ summary, criteria }: Props) {
  const i18n = useI18n();
  const { t, format } = i18n;
  const percent = (value: number | null) => (value === null ? "–" : format.percent(value, 1));
  const compared = summary.meanDifference !== null;
  const shares = criteria ? sharesOf(criteria) : null;
  const before = criteria ? agreementOf(criteria, "agreementBefore") : null;
  const after = criteria ? agreementOf(criteria, "agreementAfter") : null;
  return (
    <>
      <dl className={classes.figures}>
        <Figure name={t("cards.result.judged")} value={format.number(summary.scored)}>
          {t("cards.result.judgedOf", { count: summary.sampled })}
          {summary.notApplicable > 0 && ` ${t("cards.result.notApplicable", { count: summary.notApplicable })}`}
          {summary.failed > 0 && ` ${t("cards.result.failed", { count: summary.failed })}`}
        </Figure>
        <Figure name={t("cards.result.mean")} value={compared ? <Turn before={percent(summary.meanBefore)} after={percent(summary.meanAfter)} /> : percent(summary.meanAfter)} />
        {compared && (
          <Figure name={t("cards.result.difference")} value={t("cards.result.points", { value: signed(summary.meanDifference ?? 0, i18n) })}>{differenceText(summary, i18n)}</Figure>
        )}
        {compared && (
          <Figure name={t("cards.result.changed")} value={format.number(summary.changed)}>{t("cards.result.changedOf", { count: summary.scored })}</Figure>
        )}
        {compared && (
          <Figure name={t("cards.result.knockOuts")} value={t("cards.result.newKnockOuts", { count: summary.newKnockOuts })}>
            {t("cards.result.removedKnockOuts", { count: summary.removedKnockOuts })}
          </Figure>
        )}
        {shares && shares.humanAfter !== null ? (
          <Figure
            name={t("cards.result.needsHuman")}
            value={shares.humanBefore === null ? format.percent(shares.humanAfter) : <Turn before={format.percent(shares.humanBefore)} after={format.percent(shares.humanAfter)} />}
          >
            {t("cards.result.needsHumanOf", { count: shares.judged })}
          </Figure>
        ) : (
          summary.needsHumanShare !== null && <Figure name={t("cards.result.needsHuman")} value={format.percent(summary.needsHumanShare * 100)} />
        )}
        {before && after && (before.n > 0 || after.n > 0) && (
          <Figure
            name={t("cards.result.agreement")}
            value={<Turn before={before.share === null ? "–" : format.percent(before.share)} after={after.share === null ? "–" : format.percent(after.share)} />}
          >
            {t("cards.result.before")}: {agreementText(before, i18n)}. {t("cards.result.after")}: {agreementText(after, i18n)}.
          </Figure>
        )}
        {(summary.inputTokens > 0 || summary.cost !== 0) && (
          <Figure
            name={t("cards.result.cost")}
            value={summary.cost === null ? t("cards.result.costUnknown") : summary.cost.toLocaleString(i18n.locale, { style: "currency", currency: summary.currency ?? "EUR", maximumFractionDigits: 4 })}
          >
            {t("cards.result.tokens", { input: summary.inputTokens, output: summary.outputTokens })}
          </Figure>
        )}
      </dl>
      {summary.scored > 0 && summary.scored < FEW_PAIRS && (
        <Alert variant="light" color="orange" py={8} mt="sm" icon={<IconInfoCircle aria-hidden />}>{t("cards.result.fewPairs", { count: summary.scored })}</Alert>
      )}
    </>
  );
}
