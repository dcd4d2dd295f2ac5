import { Anchor, Badge, Button, Collapse, Group, Pagination, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconDice3 } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { useI18n } from "@/i18n";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { ListSkeleton } from "@/ui/Skeletons";
import { usePeople, type Lookup } from "../data";
import { StateBadge } from "../parts";
import type { AssessmentState } from "../model/types";
import classes from "../quality.module.css";
import { drawsQuery, type Draw, type Pick } from "./data";

const ROWS = 4;

/** What a plan drew: how much work there was, how likely each piece was, what was chosen and why. */
export function Draws({ planId }: { planId: number }) {
  const { t } = useI18n();
  const people = usePeople();
  const [page, setPage] = useState(1);
  const found = useQuery({ ...drawsQuery(planId, ROWS, (page - 1) * ROWS), placeholderData: (before) => before });
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <ListSkeleton rows={3} />;
  if (found.data.total === 0) return <EmptyState icon={IconDice3} title={t("sampling.noDrawsTitle")} text={t("sampling.noDrawsText")} />;
  const pages = Math.ceil(found.data.total / ROWS);
  return (
    <Stack gap="md">
      {found.data.draws.map((draw, index) => <DrawPart key={draw.id} draw={draw} people={people} opened={page === 1 && index === 0} />)}
      {pages > 1 && (
        <Pagination
          size="sm" total={pages} value={page} onChange={setPage}
          getItemProps={(item) => ({ "aria-label": `${t("quality.queue.page")} ${item}` })}
          getControlProps={(control) => ({ "aria-label": `${t("quality.queue.page")} ${control === "next" ? "+1" : "-1"}` })}
        />
      )}
    </Stack>
  );
}

const doneOf = (picks: readonly Pick[]): number => picks.filter((pick) => pick.reviewedAt !== null).length;

function DrawPart({ draw, people, opened }: { draw: Draw; people: Lookup; opened: boolean }) {
  const { t, format } = useI18n();
  const [open, setOpen] = useState(opened);
  const done = doneOf(draw.picks);
  const late = done < draw.picks.length && Date.parse(draw.dueAt) < Date.now();
  const week = format.date(new Date(`${draw.weekStart}T12:00:00`));
  const chance = (value: number | null) => (value === null ? "–" : format.percent(value * 100, 1));
  const numbers = { textAlign: "end", fontVariantNumeric: "tabular-nums" } as const;
  return (
    <section className={classes.panel} aria-label={t("sampling.week", { date: week })}>
      <Group justify="space-between" gap="xs">
        <div>
          <Text component="h3" fw={650} size="sm">{t("sampling.week", { date: week })}</Text>
          <Text size="sm" c="dimmed">
            {t("sampling.drawnOf", { count: draw.picks.length, population: draw.population })} · {t("sampling.reviewed", { done, count: draw.picks.length })} · {t("sampling.dueOn", { date: format.date(draw.dueAt) })}
          </Text>
        </div>
        <Group gap="xs">
          {late && <Badge color="red" variant="light" tt="none">{t("sampling.overdue")}</Badge>}
          <Button size="compact-xs" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>{t(open ? "sampling.hide" : "sampling.showAudit")}</Button>
        </Group>
      </Group>
      <Collapse expanded={open}>
        <Text size="xs" fw={700} tt="uppercase" c="dimmed" mt="md" component="h4">{t("sampling.chances")}</Text>
        <Text size="xs" c="dimmed">{t("sampling.chancesHint")}</Text>
        <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": t("sampling.chances") } as never }}>
          <Table verticalSpacing={6} aria-label={t("sampling.chances")}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("sampling.agent")}</Table.Th>
                <Table.Th style={numbers}>{t("sampling.population")}</Table.Th>
                <Table.Th style={numbers}>{t("sampling.risky")}</Table.Th>
                <Table.Th style={numbers}>{t("sampling.drawnRisk")}</Table.Th>
                <Table.Th style={numbers}>{t("sampling.drawnRandom")}</Table.Th>
                <Table.Th style={numbers}>{t("sampling.chanceRisky")}</Table.Th>
                <Table.Th style={numbers}>{t("sampling.chanceOthers")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {draw.people.map((row) => (
                <Table.Tr key={row.userId}>
                  <Table.Td style={{ whiteSpace: "nowrap" }}>{people.name(row.userId)}</Table.Td>
                  <Table.Td style={numbers}>{row.population}</Table.Td>
                  <Table.Td style={numbers}>{row.risky}</Table.Td>
                  <Table.Td style={numbers}>{row.drawnByRisk}</Table.Td>
                  <Table.Td style={numbers}>{row.drawnAtRandom}</Table.Td>
                  <Table.Td style={numbers}>{chance(row.probabilityRisky)}</Table.Td>
                  <Table.Td style={numbers}>{chance(row.probabilityOthers)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        <Text size="xs" fw={700} tt="uppercase" c="dimmed" mt="md" component="h4">{t("sampling.chosen")}</Text>
        <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": t("sampling.chosen") } as never }}>
          <Table verticalSpacing={6} aria-label={t("sampling.chosen")}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("sampling.agent")}</Table.Th>
                <Table.Th>{t("sampling.why")}</Table.Th>
                <Table.Th style={numbers}>{t("sampling.chance")}</Table.Th>
                <Table.Th>{t("quality.queue.filterState")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {draw.picks.map((pick) => (
                <Table.Tr key={pick.assessmentId}>
                  <Table.Td style={{ whiteSpace: "nowrap" }}>
                    <Anchor component={Link} to={`/quality/assessment/${pick.assessmentId}`} size="sm" aria-label={t("sampling.openPick", { name: people.name(pick.userId), id: String(pick.assessmentId) })}>
                      {people.name(pick.userId)}
                    </Anchor>
                  </Table.Td>
                  <Table.Td>
                    <Group gap={4}>
                      <Badge variant="light" tt="none" color={pick.share === "random" ? "blue" : "orange"}>{t(`sampling.share.${pick.share}`)}</Badge>
                      {pick.risks.map((risk) => <Badge key={risk} variant="outline" color="gray" tt="none">{t(`sampling.risk.${risk}`)}</Badge>)}
                    </Group>
                  </Table.Td>
                  <Table.Td style={numbers}>{chance(pick.probability)}</Table.Td>
                  <Table.Td miw={150} style={{ whiteSpace: "nowrap" }}>
                    {pick.reviewedAt === null ? <StateBadge state={pick.state as AssessmentState} /> : <Text size="sm">{t("sampling.reviewedOn", { date: format.date(pick.reviewedAt) })}</Text>}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        <Text size="xs" c="dimmed" mt="sm">{t("sampling.provenance", { date: format.dateTime(draw.drawnAt), seed: draw.seed })}</Text>
      </Collapse>
    </section>
  );
}
