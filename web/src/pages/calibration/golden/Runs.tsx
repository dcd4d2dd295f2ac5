import { Alert, Badge, Button, Group, Select, Skeleton, Stack, Table, Text } from "@mantine/core";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { IconCheck, IconMinus, IconPlayerPlay, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { ListSkeleton } from "@/ui/Skeletons";
import classes from "../calibration.module.css";
import { goldenRunQuery, type GoldenRun, type GoldenRunListed, type GoldenSet, type RunCriterion } from "../data";
import { Interval, Note, useFigures } from "../figures";
import { useCards } from "../sessions/parts";
import { RunBadge } from "./parts";
import { useCriteria, useValueText } from "./useCriteria";

interface Props {
  set: GoldenSet;
  runs: UseQueryResult<{ runs: GoldenRunListed[] }>;
  onRun: () => void;
  onAdd: () => void;
}

export function Runs({ set, runs, onRun, onAdd }: Props) {
  const { t, format } = useFigures();
  const [params, setParams] = useSearchParams();
  if (runs.isError) return <ErrorState error={runs.error} onRetry={() => void runs.refetch()} />;
  if (!runs.data) return <ListSkeleton rows={4} />;
  const list = runs.data.runs;
  if (list.length === 0) {
    return (
      <EmptyState icon={IconPlayerPlay} title={t("calibration.golden.noRunsTitle")} text={t(set.itemCount === 0 ? "calibration.golden.noItemsText" : "calibration.golden.noRunsText")}>
        {set.itemCount === 0 ? <Button onClick={onAdd}>{t("calibration.golden.add")}</Button> : <Button onClick={onRun}>{t("calibration.golden.runNow")}</Button>}
      </EmptyState>
    );
  }
  const shown = list.find((run) => String(run.id) === params.get("run")) ?? list[0]!;
  const words = (run: GoldenRunListed) =>
    `${format.dateTime(run.createdAt)} · ${run.state !== "done" ? t(`calibration.runState.${run.state}`) : run.passed === null ? t("calibration.golden.unclear") : t(run.passed ? "calibration.golden.passed" : "calibration.golden.failed")}`;
  return (
    <Stack gap="md">
      <Group gap="sm">
        <Select
          w={340} allowDeselect={false} aria-label={t("calibration.golden.run")} value={String(shown.id)}
          data={list.map((run) => ({ value: String(run.id), label: words(run) }))}
          onChange={(value) => setParams(value === null || value === String(list[0]?.id) ? {} : { run: value }, { replace: true })}
        />
        <RunBadge run={shown} />
      </Group>
      <Run set={set} run={shown} />
    </Stack>
  );
}

function Run({ set, run }: { set: GoldenSet; run: GoldenRunListed }) {
  const { t, format } = useFigures();
  const cards = useCards();
  const full = useQuery(goldenRunQuery(set.id, run.id, run.state));
  if (run.state === "queued" || run.state === "running") {
    return (
      <section className={classes.panel} aria-busy>
        <Text size="sm" mb="sm" role="status">{t("calibration.golden.progress", { done: run.items, total: set.itemCount })}</Text>
        <Stack gap={8}>{[1, 2, 3].map((row) => <Skeleton key={row} height={34} />)}</Stack>
      </section>
    );
  }
  if (run.state === "failed") {
    return <Alert color="red" variant="light" title={t("calibration.runState.failed")}>{run.error?.message ?? ""}</Alert>;
  }
  if (full.isError) return <ErrorState error={full.error} onRetry={() => void full.refetch()} />;
  if (!full.data) return <ListSkeleton rows={4} />;
  const checked = full.data.criteria.filter((one) => one.passed !== null).length;
  const facts = [
    cards.name(run.scorecardId),
    [run.provider === "builtIn" ? t("calibration.golden.builtIn") : run.provider, run.model].filter(Boolean).join(" · "),
    t("calibration.golden.judged", { count: run.items }),
    run.trigger === "nightly" ? t("calibration.golden.nightly") : null,
    run.cost ? `${format.number(run.cost, 4)} ${run.currency ?? ""}` : null,
  ];
  return (
    <>
      <Text size="sm" c="dimmed">{facts.filter(Boolean).join(" · ")}</Text>
      <Alert variant="light" color={checked === 0 ? "gray" : run.passed ? "assay" : "red"}>
        {checked === 0
          ? t("calibration.golden.nothingChecked")
          : run.passed
            ? t("calibration.golden.passedText", { count: checked, total: full.data.criteria.length, kappa: format.number(run.minKappa ?? 0, 2) })
            : t("calibration.golden.failedText", { names: full.data.criteria.filter((one) => one.passed === false).map((one) => one.label).join(", "), kappa: format.number(run.minKappa ?? 0, 2) })}
      </Alert>
      {run.error && <Alert color="orange" variant="light">{run.error.message}</Alert>}
      <Figures run={full.data} />
      <Flips set={set} run={full.data} />
    </>
  );
}

function Outcome({ line }: { line: RunCriterion }) {
  const { t } = useFigures();
  if (line.passed === null) return <Badge miw="max-content" variant="light" color="gray" tt="none" leftSection={<IconMinus size={12} />}>{t("calibration.golden.tooFew")}</Badge>;
  return line.passed ? (
    <Badge miw="max-content" variant="light" color="assay" tt="none" leftSection={<IconCheck size={12} />}>{t("calibration.golden.reached")}</Badge>
  ) : (
    <Badge miw="max-content" variant="light" color="red" tt="none" leftSection={<IconX size={12} />}>{t("calibration.golden.missed")}</Badge>
  );
}

function Figures({ run }: { run: GoldenRun }) {
  const { t, figure, share, between, signed } = useFigures();
  return (
    <section className={classes.panel} aria-label={t("calibration.golden.figures")}>
      <Text component="h2" fw={650} size="sm">{t("calibration.golden.figures")}</Text>
      <Text size="xs" c="dimmed" mb="xs">{t("calibration.golden.figuresText")}</Text>
      <Table.ScrollContainer minWidth={860}>
        <Table verticalSpacing={6} className={classes.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("calibration.result.criterion")}</Table.Th>
              <Table.Th>{t("calibration.golden.answered")}</Table.Th>
              <Table.Th>{t("calibration.golden.kappa")}</Table.Th>
              <Table.Th w={170} aria-label={t("calibration.result.interval")} />
              <Table.Th>{t("calibration.golden.previous")}</Table.Th>
              <Table.Th>{t("calibration.golden.exact")}</Table.Th>
              <Table.Th>{t("calibration.golden.baseline")}</Table.Th>
              <Table.Th>{t("calibration.golden.bias")}</Table.Th>
              <Table.Th>{t("calibration.golden.outcome")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {run.criteria.map((line) => {
              const change = line.cohenKappa === null || line.previousCohenKappa === null ? null : line.cohenKappa - line.previousCohenKappa;
              const ci = line.ci95.cohenKappa;
              return (
                <Table.Tr key={line.criterionId}>
                  <Table.Th scope="row" className={classes.rowHead}><Text size="sm">{line.label}</Text><Note note={line.note} noPairs="calibration.golden.noAnswers" /></Table.Th>
                  <Table.Td className={classes.number}>{t("calibration.golden.ofLabels", { done: line.n, total: line.labels })}</Table.Td>
                  <Table.Td className={classes.number}>
                    <Text size="sm" fw={600}>{figure(line.cohenKappa)}</Text>
                    {line.cohenKappa !== null && <Text size="xs" c="dimmed">{between(ci, figure)}</Text>}
                  </Table.Td>
                  <Table.Td><Interval value={line.cohenKappa} pair={ci} scale={[-0.2, 1]} mark={run.minKappa ?? undefined} weak={line.passed === null || line.note !== null} /></Table.Td>
                  <Table.Td className={classes.number}>
                    {line.previousCohenKappa === null ? "–" : figure(line.previousCohenKappa)}
                    {change !== null && Math.abs(change) >= 0.005 && <Text size="xs" c="dimmed">{change > 0 ? "▲" : "▼"} {figure(Math.abs(change))}</Text>}
                  </Table.Td>
                  <Table.Td className={classes.number}>{share(line.exactAgreement)}</Table.Td>
                  <Table.Td className={classes.number}>{share(line.baseline)}</Table.Td>
                  <Table.Td className={classes.number}>{signed(line.bias)}</Table.Td>
                  <Table.Td><Outcome line={line} /></Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}

const EFFECTS = { nowRight: "assay", nowAbstains: "orange", nowWrong: "red", bothWrong: "gray" } as const;
const FIRST_FLIPS = 20;

function Flips({ set, run }: { set: GoldenSet; run: GoldenRun }) {
  const { t } = useFigures();
  const criteria = useCriteria(set.scorecardBaseId);
  const value = useValueText(criteria);
  const workOf = new Map(set.items.map((item) => [item.id, item.worklogId]));
  const labelOf = new Map(run.criteria.map((line) => [line.criterionId, line.label]));
  const [all, setAll] = useState(false);
  const shown = all ? run.flips : run.flips.slice(0, FIRST_FLIPS);
  return (
    <section className={classes.panel} aria-label={t("calibration.golden.flips")}>
      <Text component="h2" fw={650} size="sm" mb="xs">{t("calibration.golden.flips")}</Text>
      {run.previousRunId === null ? (
        <Text size="sm" c="dimmed">{t("calibration.golden.firstRun")}</Text>
      ) : run.flips.length === 0 ? (
        <Text size="sm" c="dimmed">{t("calibration.golden.noFlips")}</Text>
      ) : (
        <Table.ScrollContainer minWidth={560}>
          <Table verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("calibration.golden.work")}</Table.Th>
                <Table.Th>{t("calibration.result.criterion")}</Table.Th>
                <Table.Th>{t("calibration.golden.before")}</Table.Th>
                <Table.Th>{t("calibration.golden.now")}</Table.Th>
                <Table.Th>{t("calibration.golden.label")}</Table.Th>
                <Table.Th>{t("calibration.golden.effect")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((flip) => {
                const better = flip.now === flip.label;
                const worse = flip.previous === flip.label;
                const effect = better ? "nowRight" : flip.now === null ? "nowAbstains" : worse ? "nowWrong" : "bothWrong";
                return (
                  <Table.Tr key={`${flip.itemId}-${flip.criterionId}`}>
                    <Table.Td>{t("calibration.golden.item", { id: String(workOf.get(flip.itemId) ?? flip.itemId) })}</Table.Td>
                    <Table.Td>{labelOf.get(flip.criterionId) ?? criteria.get(flip.criterionId)?.label ?? ""}</Table.Td>
                    <Table.Td>{value(flip.criterionId, flip.previous)}</Table.Td>
                    <Table.Td fw={600}>{value(flip.criterionId, flip.now)}</Table.Td>
                    <Table.Td>{value(flip.criterionId, flip.label)}</Table.Td>
                    <Table.Td>
                      <Badge variant="light" color={EFFECTS[effect]} tt="none">
                        {t(`calibration.golden.${effect}`)}
                      </Badge>
                    </Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {shown.length < run.flips.length && (
        <Button size="compact-sm" variant="subtle" mt="xs" onClick={() => setAll(true)}>{t("calibration.golden.allFlips", { count: run.flips.length })}</Button>
      )}
    </section>
  );
}
