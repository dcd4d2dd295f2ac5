import { Anchor, Button, Pagination, Progress, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconFlask, IconPlus } from "@tabler/icons-react";
import { Link, useSearchParams } from "react-router";
import { useSession } from "@/app/auth";
import { useI18n } from "@/i18n";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHead } from "@/ui/PageHead";
import { ListSkeleton } from "@/ui/Skeletons";
import { TimeAgo } from "@/ui/TimeAgo";
import { usePeople } from "../../data";
import classes from "../cards.module.css";
import { backtestsQuery, isOpen, PAGE, useCards, type BacktestListed } from "./data";
import { StartDialog } from "./StartDialog";
import { BacktestStateBadge, direction, signed } from "./words";

export default function BacktestsPage() {
  const i18n = useI18n();
  const { t } = i18n;
  const { can } = useSession();
  const [params, setParams] = useSearchParams();
  const page = Math.max(1, Number(params.get("page")) || 1);
  const found = useQuery(backtestsQuery((page - 1) * PAGE));
  const cards = useCards();
  const people = usePeople();
  const starts = can("qualityRunBacktest");
  const asked = params.get("start");
  const open = (value: string | null) => {
    const next = new URLSearchParams(params);
    if (value === null) next.delete("start");
    else next.set("start", value);
    setParams(next, { replace: true });
  };
  return (
    <Stack p={{ base: "md", sm: "lg" }} gap="md" maw={1200} mx="auto">
      <PageHead title={t("cards.backtests.title")} lead={t("cards.backtests.lead")}>
        {starts && <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => open("new")}>{t("cards.backtests.start")}</Button>}
      </PageHead>
      {found.isError && !found.data ? (
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      ) : !found.data ? (
        <ListSkeleton rows={5} />
      ) : found.data.backtests.length === 0 ? (
        <EmptyState icon={IconFlask} title={t("cards.backtests.emptyTitle")} text={t("cards.backtests.emptyText")}>
          {starts && <Button onClick={() => open("new")}>{t("cards.backtests.start")}</Button>}
        </EmptyState>
      ) : (
        <>
          <Table.ScrollContainer minWidth={860} className={classes.panel}>
            <Table verticalSpacing="sm" highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("cards.backtests.scorecard")}</Table.Th>
                  <Table.Th>{t("cards.backtests.state")}</Table.Th>
                  <Table.Th>{t("cards.backtests.comparedWith")}</Table.Th>
                  <Table.Th ta="right">{t("cards.backtests.work")}</Table.Th>
                  <Table.Th ta="right">{t("cards.result.changed")}</Table.Th>
                  <Table.Th>{t("cards.result.difference")}</Table.Th>
                  <Table.Th>{t("cards.backtests.by")}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {found.data.backtests.map((row) => {
                  const card = cards.of(row.scorecardId);
                  return (
                    <Table.Tr key={row.id}>
                      <Table.Td>
                        <Anchor component={Link} to={`/quality/backtests/${row.id}`} fw={600} size="sm">{card?.name ?? t("cards.backtests.gone", { id: row.scorecardId })}</Anchor>
                        <Text size="xs" c="dimmed">
                          {card && t("quality.review.revision", { number: card.revision })}
                          {card && card.contentHash !== row.contentHash && ` · ${t("cards.backtests.otherContent")}`}
                        </Text>
                      </Table.Td>
                      <Table.Td><BacktestStateBadge state={row.state} /></Table.Td>
                      <Table.Td><Text size="sm">{comparedText(row, cards.of(row.compareScorecardId)?.revision, t)}</Text></Table.Td>
                      <Table.Td ta="right" className={classes.number}>
                        {isOpen(row.state) ? (
                          <>
                            {t("cards.progress.of", { done: row.progress.done, total: row.progress.total })}
                            <Progress value={(100 * row.progress.done) / Math.max(1, row.progress.total)} size="xs" aria-label={t("cards.progress.label")} />
                          </>
                        ) : (
                          (row.summary?.scored ?? row.progress.done)
                        )}
                      </Table.Td>
                      <Table.Td ta="right" className={classes.number}>{row.summary && row.compareWith !== "none" ? row.summary.changed : "–"}</Table.Td>
                      <Table.Td>
                        {row.summary?.meanDifference != null ? (
                          <>
                            <Text size="sm" fw={600}>{t("cards.result.points", { value: signed(row.summary.meanDifference, i18n) })}</Text>
                            <Text size="xs" c="dimmed">
                              {row.summary.ci95
                                ? t(direction(row.summary.ci95) === null ? "cards.result.unclearShort" : "cards.result.intervalShort", {
                                    low: signed(row.summary.ci95[0] ?? 0, i18n), high: signed(row.summary.ci95[1] ?? 0, i18n),
                                  })
                                : t("cards.result.noInterval")}
                            </Text>
                          </>
                        ) : (
                          <Text size="sm" c="dimmed">–</Text>
                        )}
                      </Table.Td>
                      <Table.Td>
                        <Text size="sm">{row.createdBy === null ? t("cards.backtests.system") : people.name(row.createdBy)}</Text>
                        <TimeAgo value={row.createdAt} size="xs" c="dimmed" />
                      </Table.Td>
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
          {found.data.total > PAGE && (
            <Pagination
              total={Math.ceil(found.data.total / PAGE)} value={page} onChange={(next) => setParams({ page: String(next) })}
              getControlProps={(control) => ({ "aria-label": t(`cards.pages.${control}`) })} getItemProps={(number) => ({ "aria-label": t("cards.pages.page", { number }) })}
            />
          )}
        </>
      )}
      {asked !== null && starts && <StartDialog opened onClose={() => open(null)} scorecardId={/^\d+$/.test(asked) ? Number(asked) : null} />}
    </Stack>
  );
}

export function comparedText(row: Pick<BacktestListed, "compareWith" | "compareScorecardId">, revision: number | undefined, t: ReturnType<typeof useI18n>["t"]): string {
  if (row.compareWith !== "revision") return t(`cards.compared.${row.compareWith}`);
  return revision === undefined ? t("cards.compared.gone", { id: row.compareScorecardId ?? 0 }) : t("cards.compared.revision", { number: revision });
}
