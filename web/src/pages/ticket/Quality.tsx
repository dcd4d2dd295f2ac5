import { Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, call } from "@/api/client";
import { useMay } from "@/app/auth";
import { useI18n } from "@/i18n";
import { useFamilies, usePeople } from "@/pages/quality/data";
import { ScoreText, StateBadge } from "@/pages/quality/parts";
import { TimeAgo } from "@/ui/TimeAgo";
import classes from "./Ticket.module.css";

const VIEWERS = ["qualityViewAssessmentOwn", "qualityViewAssessmentTeamMate", "qualityViewAssessmentAll"];

/** The assessments of the work on a ticket, as far as the reader may see them. */
export function Quality({ ticketId }: { ticketId: number }) {
  const may = useMay();
  return may(...VIEWERS) ? <List ticketId={ticketId} /> : null;
}

function List({ ticketId }: { ticketId: number }) {
  const { t } = useI18n();
  const families = useFamilies();
  const people = usePeople();
  const list = useQuery({
    queryKey: ["ticket", ticketId, "assessments"],
    queryFn: () => call(api.GET("/api/mind/quality/assessment", { params: { query: { ticketId, limit: 50 } as never } })),
    staleTime: 30_000,
  });
  const rows = list.data?.assessments ?? [];
  return (
    <section aria-label={t("ticket.assessments")}>
      <Title order={2} size="h6" mt="lg" mb="xs">{t("ticket.assessments")}</Title>
      {list.isPending && <Skeleton height={46} radius="md" />}
      {list.isSuccess && rows.length === 0 && <Text size="sm" c="dimmed">{t("ticket.noAssessments")}</Text>}
      <Stack gap={6}>
        {rows.map((row) => (
          <Link key={row.id} to={`/quality/assessment/${row.id}`} className={classes.assessment}>
            <Group justify="space-between" gap="xs" wrap="nowrap">
              <Text size="sm" fw={600} truncate>{families.name(row.scorecardBaseId)}</Text>
              <ScoreText percentage={row.totals.percentage} knockedOut={row.totals.knockedOut} />
            </Group>
            <Group justify="space-between" gap="xs" mt={2} wrap="nowrap">
              <Text size="xs" c="dimmed" truncate>{people.name(row.assessedUser)} · <TimeAgo value={row.createdAt} /></Text>
              <StateBadge state={row.state} />
            </Group>
          </Link>
        ))}
      </Stack>
    </section>
  );
}
