import { Alert, Badge, Collapse, Group, List, SimpleGrid, Stack, Table, Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import classes from "../calibration.module.css";
import { FEW, type KindResult, type Movements, type Probe, type ProbeResult } from "../data";
import { ends, Interval, sideOf, useFigures } from "../figures";
import { mostUnseen, notRuledOut, readingOf, type Reading } from "./reading";

const COLORS: Record<Reading, string> = { tooFew: "gray", moves: "red", shifts: "orange", quiet: "assay", nothingSeen: "assay" };
const LIMITS = ["rules", "work", "languages", "interval", "notProof"] as const;

export function ProbeView({ probe, result }: { probe: Probe; result: ProbeResult }) {
  const { t, format, share } = useFigures();
  const facts = [
    t("calibration.fairness.judged", { count: result.judged }),
    result.failed > 0 ? t("calibration.fairness.failedCount", { count: result.failed }) : null,
    probe.excluded > 0 ? t("calibration.fairness.excluded", { count: probe.excluded }) : null,
    probe.finishedAt ? format.dateTime(probe.finishedAt) : null,
  ];
  const { noise } = result;
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">{facts.filter(Boolean).join(" · ")}</Text>
      <section className={classes.panel} aria-label={t("calibration.fairness.noise")}>
        <Text component="h2" fw={650} size="sm">{t("calibration.fairness.noise")}</Text>
        <Text size="sm">
          {noise.flips === 0
            ? t("calibration.fairness.noNoise", { count: noise.n })
            : t("calibration.fairness.noiseText", { share: share(noise.flips, 1), count: noise.n })}
        </Text>
      </section>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        {result.kinds.map((kind) => <Kind key={kind.kind} found={kind} />)}
      </SimpleGrid>
      <Alert variant="light" color="gray" title={t("calibration.fairness.limits")}>
        <List size="sm" spacing={4}>{LIMITS.map((limit) => <List.Item key={limit}>{t(`calibration.limit.${limit}`)}</List.Item>)}</List>
      </Alert>
    </Stack>
  );
}

function Kind({ found }: { found: KindResult }) {
  const { t, share, signed } = useFigures();
  const [opened, setOpened] = useState(false);
  const { overall } = found;
  const reading = readingOf(found);
  const side = sideOf(overall.meanShiftCi95);
  const affected = found.criteria.filter((line) => line.flips !== null && line.flips > 0);
  const words = {
    tooFew: t(overall.flips === 0 ? "calibration.fairness.tooFewQuiet" : "calibration.fairness.tooFewMoved", {
      count: found.worklogs, share: share(mostUnseen(found.worklogs)), flips: share(overall.flips, 1),
    }),
    moves: t("calibration.fairness.moves", { points: share(overall.beyondNoise, 1) }),
    shifts: t(side === "below" ? "calibration.fairness.shiftsDown" : "calibration.fairness.shiftsUp", { points: signed(overall.meanShift, 1) }),
    quiet: t("calibration.fairness.quiet", { most: share(notRuledOut(found), 1) }),
    nothingSeen: t("calibration.fairness.nothingSeen", { count: found.worklogs, most: share(mostUnseen(found.worklogs)) }),
  }[reading];
  return (
    <section className={classes.panel} aria-label={t(`calibration.kind.${found.kind}`)} data-kind={found.kind}>
      <Group justify="space-between" mb={4}>
        <Text component="h2" fw={650} size="sm">{t(`calibration.kind.${found.kind}`)}</Text>
        <Badge variant="light" color={COLORS[reading]} tt="none">{t(`calibration.reading.${reading}`)}</Badge>
      </Group>
      <Text size="xs" c="dimmed">{t(`calibration.kindText.${found.kind}`)}</Text>
      <Text size="sm" my="sm">{overall.n === 0 ? t("calibration.fairness.nothingToChange") : words}</Text>
      {overall.n > 0 && <Figures line={overall} weak={found.worklogs < FEW} />}
      <Text size="xs" c="dimmed" mt="sm">
        {t("calibration.fairness.basis", { count: found.worklogs, answers: overall.n })}
        {found.leftOut > 0 ? ` ${t("calibration.fairness.leftOut", { count: found.leftOut })}` : ""}
      </Text>
      {overall.n > 0 && <UnstyledButton mt="xs" onClick={() => setOpened(!opened)} aria-expanded={opened}>
        <Group gap={4}>
          {opened ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
          <Text size="sm">{affected.length === 0 ? t("calibration.fairness.byCriterion") : t("calibration.fairness.byCriterionMoved", { count: affected.length })}</Text>
        </Group>
      </UnstyledButton>}
      <Collapse expanded={opened}>{opened && <Criteria found={found} />}</Collapse>
    </section>
  );
}

/** With no change at all, drawing again shows none either: an interval of no width would promise too much. */
const real = (pair: Movements["flipsCi95"]): readonly number[] | null => {
  const found = ends(pair);
  return found && found[0] === found[1] && found[0] === 0 ? null : found;
};

function Figures({ line, weak }: { line: Movements; weak: boolean }) {
  const { t, share, signed, between } = useFigures();
  const rows = [
    {
      label: t("calibration.fairness.changed"), value: share(line.flips, 1), estimate: line.flips, pair: real(line.flipsCi95), show: (one: number) => share(one, 1), scale: [0, 0.5] as const,
      mark: line.noiseFlips ?? 0, note: t("calibration.fairness.besideNoise", { share: share(line.noiseFlips, 1) }),
    },
    {
      label: t("calibration.fairness.shift"), value: t("calibration.signedPoints", { points: signed(line.meanShift, 1) }), estimate: line.meanShift, pair: real(line.meanShiftCi95),
      show: (one: number) => signed(one, 1), scale: [-0.25, 0.25] as const, mark: 0, note: null,
    },
  ];
  return (
    <Stack gap="xs">
      {rows.map(({ label, value, estimate, pair, show, scale, mark, note }) => (
        <div key={label}>
          <Group justify="space-between" gap="xs">
            <Text size="sm">{label}</Text>
            <Text size="sm" className={classes.number}><b>{value}</b>{pair && <Text span size="xs" c="dimmed"> {between(pair, show)}</Text>}</Text>
          </Group>
          <Interval value={estimate} pair={pair} scale={scale} mark={mark} weak={weak} />
          {note && <Text size="xs" c="dimmed">{note}</Text>}
        </div>
      ))}
    </Stack>
  );
}

function Criteria({ found }: { found: KindResult }) {
  const { t, share, signed, between } = useFigures();
  return (
    <Table.ScrollContainer minWidth={460} mt="xs">
      <Table verticalSpacing={4} className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("calibration.result.criterion")}</Table.Th>
            <Table.Th>{t("calibration.fairness.changed")}</Table.Th>
            <Table.Th>{t("calibration.fairness.repeat")}</Table.Th>
            <Table.Th>{t("calibration.fairness.shift")}</Table.Th>
            <Table.Th>n</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {found.criteria.map((line) => {
            const flips = real(line.flipsCi95);
            const shift = real(line.meanShiftCi95);
            return (
              <Table.Tr key={line.criterionId}>
                <Table.Th scope="row" className={classes.rowHead}><Text size="xs">{line.label}</Text></Table.Th>
                <Table.Td className={classes.number}>{share(line.flips, 1)}{flips && <Text size="xs" c="dimmed">{between(flips, (one) => share(one))}</Text>}</Table.Td>
                <Table.Td className={classes.number}>{share(line.noiseFlips, 1)}</Table.Td>
                <Table.Td className={classes.number}>{signed(line.meanShift, 1)}{shift && <Text size="xs" c="dimmed">{between(shift, (one) => signed(one, 1))}</Text>}</Table.Td>
                <Table.Td className={classes.number}>{line.n}{line.n < FEW && line.n > 0 ? ` · ${t("calibration.golden.tooFew")}` : ""}</Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
