import { Badge, Text, Tooltip } from "@mantine/core";
import { IconSkull } from "@tabler/icons-react";
import { useI18n } from "@/i18n";
import type { AssessmentState, ScorecardState } from "./model/types";

const STATE_COLORS: Record<AssessmentState, string> = {
  unprocessed: "gray",
  aiInProgress: "gray",
  aiReady: "blue",
  reviewOngoing: "orange",
  reviewedBySupervisor: "assay",
  discussedWithAssessee: "grape",
  error: "red",
  deleted: "gray",
};

export function StateBadge({ state }: { state: AssessmentState }) {
  const { t } = useI18n();
  return <Badge variant="light" color={STATE_COLORS[state]} tt="none" fw={600}>{t(`quality.state.${state}`)}</Badge>;
}

const CARD_COLORS: Record<ScorecardState, string> = { draft: "orange", active: "assay", retired: "gray", deleted: "red" };

export function CardStateBadge({ state }: { state: ScorecardState }) {
  const { t } = useI18n();
  return <Badge variant="light" color={CARD_COLORS[state]} tt="none" fw={600}>{t(`quality.cardState.${state}`)}</Badge>;
}

export const scoreColor = (percentage: number | null): string =>
  percentage === null ? "gray" : percentage >= 85 ? "assay" : percentage >= 70 ? "orange" : "red";

/** The percentage of an assessment, with a mark when a knock-out took its points. */
export function ScoreText({ percentage, knockedOut, size = "sm" }: { percentage: number | null; knockedOut: boolean; size?: string }) {
  const { t, format } = useI18n();
  if (percentage === null) return <Text span size={size} c="dimmed">{t("quality.queue.notScored")}</Text>;
  const shade = scoreColor(percentage);
  return (
    <Text span size={size} fw={700} c={`light-dark(var(--mantine-color-${shade}-light-color), var(--mantine-color-${shade}-3))`}>
      {format.percent(percentage, 1)}
      {knockedOut && (
        <Tooltip label={t("quality.queue.knockedOut")}>
          <IconSkull size={15} role="img" aria-label={t("quality.queue.knockedOut")} style={{ marginInlineStart: 4, verticalAlign: -2 }} />
        </Tooltip>
      )}
    </Text>
  );
}
