import { Anchor, Badge, Group, Stack, Text } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useI18n } from "@/i18n";
import { TimeAgo } from "@/ui/TimeAgo";
import { locate } from "../model/review";
import type { Assessment, ScoredCriterion } from "../model/types";
import { answerText } from "../review/CriterionRow";
import classes from "../quality.module.css";
import { wantsSomething, type Appeal, type AppealedCriterion, type AppealState } from "./data";

const COLORS: Record<AppealState, string> = {
  open: "grape", underReview: "blue", accepted: "assay", partiallyAccepted: "assay", rejected: "gray", withdrawn: "gray",
};

export function AppealBadge({ state }: { state: AppealState }) {
  const { t } = useI18n();
  return <Badge variant="light" color={COLORS[state]} tt="none" fw={600}>{t(`appeals.state.${state}`)}</Badge>;
}

export type ByCriterion = ReadonlyMap<number, ScoredCriterion>;

export const criteriaOf = (assessment: Assessment): ByCriterion =>
  new Map(locate(assessment.data.categories).map(({ criterion }) => [criterion.id, criterion]));

/** A score as the scale of its criterion says it. */
export function useAnswer(): (criterion: ScoredCriterion | undefined, score: number | null, applicable: boolean | null) => string {
  const { t, format } = useI18n();
  return (criterion, score, applicable) => {
    if (criterion) return answerText(criterion, score, applicable, t, format.number);
    if (applicable === false) return t("quality.review.notApplicable");
    return score === null ? "–" : format.number(score, 2);
  };
}

/** From what it was to what it should be. */
export function Wish({ item, criterion }: { item: AppealedCriterion; criterion: ScoredCriterion | undefined }) {
  const { t } = useI18n();
  const answer = useAnswer();
  return (
    <Group gap={6} wrap="wrap">
      <Text size="sm" span>{answer(criterion, item.scoreAtAppeal, null)}</Text>
      {wantsSomething(item) ? (
        <>
          <IconArrowRight size={14} role="img" aria-label={t("appeals.proposed")} />
          <Text size="sm" span fw={700}>{answer(criterion, item.proposedScore, item.proposedApplicable)}</Text>
        </>
      ) : (
        <Text size="xs" span c="dimmed">{t("appeals.noProposal")}</Text>
      )}
    </Group>
  );
}

interface AppealTextProps {
  appeal: Appeal;
  criteria: ByCriterion;
  nameOf: (id: number | null) => string;
  /** Where the evidence of a criterion is shown. */
  link?: (criterionId: number, label: string) => ReactNode;
  /** The decision stands elsewhere. */
  plain?: boolean;
}

/** An appeal to read: why, about what, and what came of it. */
export function AppealText({ appeal, criteria, nameOf, link, plain = false }: AppealTextProps) {
  const { t } = useI18n();
  return (
    <Stack gap="sm">
      <div>
        <Text size="xs" c="dimmed">{nameOf(appeal.createdBy)} · <TimeAgo value={appeal.createdAt} /></Text>
        <Text size="sm" className={classes.quote} mt={4} style={{ whiteSpace: "pre-wrap" }}>{appeal.reason}</Text>
      </div>
      {!plain && appeal.criteria.length > 0 && (
        <Stack gap={8} component="ul" style={{ listStyle: "none", margin: 0, padding: 0 }}>
          {appeal.criteria.map((item) => {
            const criterion = criteria.get(item.criterionId);
            const label = criterion?.label ?? t("appeals.removedCriterion");
            return (
              <li key={item.criterionId}>
                <Group justify="space-between" gap={8}>
                  <Text size="sm" fw={600} component="div">{link && criterion ? link(item.criterionId, label) : label}</Text>
                  <Wish item={item} criterion={criterion} />
                </Group>
                {item.comment && <Text size="sm" c="dimmed">{item.comment}</Text>}
              </li>
            );
          })}
        </Stack>
      )}
      <Outcome appeal={appeal} nameOf={nameOf} />
    </Stack>
  );
}

function Outcome({ appeal, nameOf }: { appeal: Appeal; nameOf: (id: number | null) => string }) {
  const { t, format } = useI18n();
  if (appeal.decidedAt === null) return null;
  const { percentageBefore: before, percentageAfter: after } = appeal;
  return (
    <div>
      <Group gap={8}>
        <AppealBadge state={appeal.state} />
        <Text size="xs" c="dimmed">{t("appeals.decidedBy", { name: nameOf(appeal.decidedBy) })} · <TimeAgo value={appeal.decidedAt} /></Text>
      </Group>
      {appeal.decisionReason && <Text size="sm" mt={6} style={{ whiteSpace: "pre-wrap" }}>{appeal.decisionReason}</Text>}
      {before !== null && after !== null && (
        <Text size="sm" mt={4} fw={600}>
          {before === after
            ? t("appeals.scoreStays", { percent: format.percent(after, 1) })
            : t("appeals.scoreMoved", { before: format.percent(before, 1), after: format.percent(after, 1) })}
        </Text>
      )}
    </div>
  );
}

/** A criterion's name that leads to its evidence on the page of the review. */
export function EvidenceLink({ label, onClick }: { label: string; onClick: () => void }) {
  const { t } = useI18n();
  return (
    <Anchor component="button" type="button" size="sm" fw={600} ta="start" onClick={onClick} aria-label={t("appeals.showEvidenceOf", { label })}>
      {label}
    </Anchor>
  );
}
