import { Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { useI18n } from "@/i18n";
import { useFamilies, usePeople } from "@/pages/quality/data";
import type { AssessmentSummary } from "@/pages/quality/model/types";
import { ScoreText, StateBadge } from "@/pages/quality/parts";
import type { Trail } from "@/pages/quality/queue";
import { behindQuery, type RowKey, type ScoresAsked, type ScoresReport } from "../data";
import { BehindDrawer } from "../parts";
import type { Place } from "../place";
import classes from "../reports.module.css";
import { keyOf, keyText, useNames } from "./names";

/** The assessments behind the figure that the address names. */
export function Behind({ asked, place, report }: { asked: ScoresAsked; place: Place; report: ScoresReport | undefined }) {
  const { t } = useI18n();
  const names = useNames();
  const open = place.get("open");
  const [low, high] = (place.get("bin") ?? "").split("-").map(Number);
  const key: RowKey = keyOf(open ?? "all");
  const found = report?.rows.find((row) => keyText(row.key as RowKey) === open);
  const part = place.get("bin") && low !== undefined && high !== undefined ? { percentFrom: low, percentTo: high } : {};
  const level = Object.keys(key).length === 1 && key.automationLevel !== undefined ? names.level(Number(key.automationLevel)) : null;
  const title = found ? names.row(found, asked.by) : (level ?? t("reports.scores.overall"));
  return (
    <BehindDrawer<AssessmentSummary>
      opened={open !== null} onClose={() => place.set({ open: null, bin: null })} title={title} empty={t("reports.scores.behindEmpty")}
      subtitle={place.get("bin") ? t("reports.scores.bin", { from: low ?? 0, to: high ?? 100 }) : t("reports.scores.behind")}
      useRows={(limit) => {
        const { data, ...rest } = useQuery(behindQuery(asked, { key, ...part }, limit, 0));
        return { ...rest, data: data && { rows: data.assessments as unknown as AssessmentSummary[], total: data.total } };
      }}
      row={(assessment) => <Row key={assessment.id} assessment={assessment} back={place.path} />}
    />
  );
}

function Row({ assessment, back }: { assessment: AssessmentSummary; back: string }) {
  const { t, format } = useI18n();
  const people = usePeople();
  const families = useFamilies();
  const name = people.name(assessment.assessedUser);
  const trail: Trail = { ids: [assessment.id], back };
  return (
    <Link className={classes.behind} to={`/quality/assessment/${assessment.id}`} state={trail}>
      <Text size="sm" fw={600}>{name}</Text>
      <ScoreText percentage={assessment.totals.percentage} knockedOut={assessment.totals.knockedOut} />
      <Text size="xs" c="dimmed">
        {families.name(assessment.scorecardBaseId)} · {t("quality.queue.ticket", { id: String(assessment.ticketId) })} · {format.date(assessment.worklog.lastInteraction ?? assessment.createdAt)}
      </Text>
      <Group justify="flex-end"><StateBadge state={assessment.state} /></Group>
    </Link>
  );
}
