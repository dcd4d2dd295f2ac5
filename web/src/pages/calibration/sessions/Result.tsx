import { Alert, Anchor, Group, SimpleGrid, Stack, Table, Text, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconRobot } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { ErrorState } from "@/ui/ErrorState";
import { Person } from "@/ui/Person";
import { ListSkeleton } from "@/ui/Skeletons";
import type { Lookup } from "../../quality/data";
import classes from "../calibration.module.css";
import { FEW, resultQuery, type ReviewerLine, type Session, type SessionResult } from "../data";
import { agreementKeys, Interval, Note, sideOf, useFigures } from "../figures";
import { CellDrawer } from "./CellDrawer";

export interface Cell {
  userId: number | null;
  criterionId: number;
}

export function Result({ session, people }: { session: Session; people: Lookup }) {
  const { t } = useFigures();
  const found = useQuery(resultQuery(session.id, true));
  const [cell, setCell] = useState<Cell | null>(null);
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <ListSkeleton rows={4} height={90} />;
  const result = found.data;
  return (
    <Stack gap="md">
      <Overall result={result} />
      {session.includeAi && result.ai === null && <Text size="sm" c="dimmed">{t("calibration.result.noAi")}</Text>}
      <HeatMap result={result} people={people} onOpen={setCell} />
      <Severity session={session} result={result} people={people} />
      <Items session={session} result={result} people={people} />
      <CellDrawer session={session} result={result} people={people} cell={cell} onClose={() => setCell(null)} />
    </Stack>
  );
}

function Overall({ result }: { result: SessionResult }) {
  const { t, figure, share, between } = useFigures();
  const { krippendorffAlpha: alpha, ci95, exactAgreement, pairs } = result.overall;
  const words = agreementKeys(ci95);
  const few = pairs < FEW;
  return (
    <section className={classes.panel} aria-label={t("calibration.result.overall")}>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="lg">
        <div>
          <Text component="h2" fw={650} size="sm" mb={4}>{t("calibration.result.overall")}</Text>
          <Group gap="sm" align="baseline">
            <Text className={classes.figure} span data-figure="alpha">{figure(alpha)}</Text>
            <Text size="sm" c="dimmed">{between(ci95, figure)}</Text>
          </Group>
          <Interval value={alpha} pair={ci95} scale={[-0.2, 1]} mark={0.667} weak={few} />
          <Text size="xs" c="dimmed" mt={2}>{t("calibration.result.scale")}</Text>
        </div>
        <Stack gap={6} justify="center">
          <Text>
            {alpha === null
              ? t("calibration.result.noAlpha")
              : few
                ? t("calibration.result.few", { count: pairs })
                : words === null
                  ? t("calibration.result.noInterval")
                  : words.low === words.high
                    ? t("calibration.result.clear", { band: t(words.low) })
                    : t("calibration.result.unclear", { low: t(words.low), high: t(words.high) })}
          </Text>
          {exactAgreement !== null && <Text size="sm" c="dimmed">{t("calibration.result.exact", { share: share(exactAgreement), count: pairs })}</Text>}
          <Text size="xs" c="dimmed">{t("calibration.result.alphaMeans")}</Text>
        </Stack>
      </SimpleGrid>
    </section>
  );
}

function HeatMap({ result, people, onOpen }: { result: SessionResult; people: Lookup; onOpen: (cell: Cell) => void }) {
  const { t, figure, share, signed } = useFigures();
  const raters = [...new Set(result.heatMap.map((one) => one.userId))];
  const cellOf = new Map(result.heatMap.map((one) => [`${one.userId}:${one.criterionId}`, one]));
  const nameOf = (id: number | null) => (id === null ? t("calibration.ai") : people.name(id));
  return (
    <section className={classes.panel} aria-labelledby="heat-title">
      <Group justify="space-between" align="flex-start" mb="xs">
        <div>
          <Text component="h2" id="heat-title" fw={650} size="sm">{t("calibration.result.heat")}</Text>
          <Text size="xs" c="dimmed" maw={640}>{t("calibration.result.heatText")}</Text>
        </div>
        <Group gap={8}>
          <Text size="xs">{t("calibration.result.strict")}</Text><span className={classes.legend} aria-hidden /><Text size="xs">{t("calibration.result.lenient")}</Text>
        </Group>
      </Group>
      <div style={{ overflowX: "auto" }} tabIndex={0} role="group" aria-labelledby="heat-title">
        <table className={classes.heat}>
          <thead>
            <tr>
              <th scope="col" style={{ textAlign: "start" }}>{t("calibration.result.criterion")}</th>
              {raters.map((id) => (
                <th key={id ?? "ai"} scope="col">{id === null ? <Group gap={4} justify="center" wrap="nowrap"><IconRobot size={14} aria-hidden />{nameOf(id)}</Group> : nameOf(id)}</th>
              ))}
              <th scope="col">{t("calibration.result.alpha")}</th>
              <th scope="col">{t("calibration.result.same")}</th>
            </tr>
          </thead>
          <tbody>
            {result.criteria.map((criterion) => (
              <tr key={criterion.criterionId}>
                <th scope="row">{criterion.label}<Note note={criterion.note} /></th>
                {raters.map((id) => {
                  const cell = cellOf.get(`${id}:${criterion.criterionId}`);
                  const value = cell?.meanDifference ?? null;
                  const points = value === null ? null : Math.round(value * 100);
                  const side = points === null || points === 0 ? "none" : points < 0 ? "strict" : "lenient";
                  return (
                    <td key={id ?? "ai"} style={{ padding: 0 }}>
                      {value === null ? (
                        <span className={classes.cell} data-side="none"><Text span inherit c="dimmed">–</Text></span>
                      ) : (
                        <button
                          type="button" className={classes.cell} data-side={side} data-cell={`${id ?? "ai"}:${criterion.criterionId}`}
                          style={{ "--heat": `${Math.min(100, Math.round(Math.abs(value) * 200))}%`, border: 0, cursor: "pointer", font: "inherit" } as React.CSSProperties}
                          onClick={() => onOpen({ userId: id, criterionId: criterion.criterionId })}
                        >
                          <VisuallyHidden>{nameOf(id)}, {criterion.label}: </VisuallyHidden>{signed(value)} <small>n {cell?.n ?? 0}</small>
                        </button>
                      )}
                    </td>
                  );
                })}
                <td style={{ textAlign: "center" }} className={classes.number}>{figure(criterion.krippendorffAlpha)}</td>
                <td style={{ textAlign: "center" }} className={classes.number}>{share(criterion.exactAgreement)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Severity({ session, result, people }: { session: Session; result: SessionResult; people: Lookup }) {
  const { t, signed, share, between } = useFigures();
  const lines: ReviewerLine[] = [...result.reviewers].sort((a, b) => (a.meanDifference ?? 0) - (b.meanDifference ?? 0));
  const reference = session.referenceUserId;
  const rows = result.ai ? [...lines, result.ai] : lines;
  const verdict = (line: ReviewerLine): string => {
    if (line.userId !== null && line.userId === reference) return t("calibration.result.isReference");
    if (line.meanDifference === null) return t("calibration.result.nothingCompared");
    if (line.n < FEW || line.ci95 === null) return t("calibration.result.tooFew");
    const side = sideOf(line.ci95);
    return t(side === "below" ? "calibration.result.isStrict" : side === "above" ? "calibration.result.isLenient" : "calibration.result.isNeither");
  };
  return (
    <section className={classes.panel} aria-label={t("calibration.result.severity")}>
      <Text component="h2" fw={650} size="sm">{t("calibration.result.severity")}</Text>
      <Text size="xs" c="dimmed" mb="xs">{t(reference === null ? "calibration.result.severityText" : "calibration.result.severityReference")}</Text>
      <Table.ScrollContainer minWidth={640}>
        <Table verticalSpacing={6} className={classes.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("calibration.result.reviewer")}</Table.Th>
              <Table.Th>{t("calibration.result.difference")}</Table.Th>
              <Table.Th w="30%" aria-label={t("calibration.result.interval")} />
              <Table.Th>{t("calibration.result.reading")}</Table.Th>
              {reference !== null && <Table.Th>{t("calibration.result.sameAsReference")}</Table.Th>}
              <Table.Th>{t("calibration.result.answers")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((line) => (
              <Table.Tr key={line.userId ?? "ai"} data-reviewer={line.userId ?? "ai"}>
                <Table.Td>
                  <Group gap={8} wrap="nowrap">
                    {line.userId === null ? <IconRobot size={22} aria-hidden /> : <Person name={people.name(line.userId)} size={24} />}
                    <Text size="sm">{line.userId === null ? t("calibration.ai") : people.name(line.userId)}</Text>
                  </Group>
                </Table.Td>
                <Table.Td className={classes.number}>
                  <Text size="sm" fw={600}>{signed(line.meanDifference)}</Text>
                  <Text size="xs" c="dimmed">{line.meanDifference === null ? "" : between(line.ci95, (value) => signed(value))}</Text>
                </Table.Td>
                <Table.Td><Interval value={line.meanDifference} pair={line.ci95} scale={[-0.6, 0.6]} mark={0} weak={line.n < FEW || sideOf(line.ci95) === "open"} /></Table.Td>
                <Table.Td><Text size="sm">{verdict(line)}</Text></Table.Td>
                {reference !== null && <Table.Td className={classes.number}>{share(line.exactWithReference)}</Table.Td>}
                <Table.Td className={classes.number}>{line.n}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}

function Items({ session, result, people }: { session: Session; result: SessionResult; people: Lookup }) {
  const { t, format } = useFigures();
  const items = [...result.items].sort((a, b) => (b.range ?? -1) - (a.range ?? -1));
  const ticketOf = new Map(session.items.map((item, at) => [item.worklogId, { ticket: item.ticketId, number: at + 1 }]));
  const raters = [...session.reviewers.map(String), ...(result.ai ? ["ai"] : [])];
  const percent = (value: number | null | undefined) => (value === null || value === undefined ? "–" : format.percent(value));
  return (
    <section className={classes.panel} aria-label={t("calibration.result.items")}>
      <Text component="h2" fw={650} size="sm">{t("calibration.result.items")}</Text>
      <Text size="xs" c="dimmed" mb="xs">{t("calibration.result.itemsText")}</Text>
      {items.length === 0 ? (
        <Alert color="gray" variant="light">{t("calibration.result.nothingCompared")}</Alert>
      ) : (
        <Table.ScrollContainer minWidth={560}>
          <Table verticalSpacing={6} highlightOnHover className={classes.table}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("calibration.session.work")}</Table.Th>
                <Table.Th>{t("calibration.result.range")}</Table.Th>
                {raters.map((id) => <Table.Th key={id} ta="end">{id === "ai" ? t("calibration.ai") : people.name(Number(id))}</Table.Th>)}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((item) => {
                const place = ticketOf.get(item.worklogId);
                return (
                  <Table.Tr key={item.worklogId} data-item={item.worklogId}>
                    <Table.Td>
                      <Anchor component={Link} to={`/quality/calibration/${session.id}/item/${item.worklogId}`} size="sm" fw={600} className={classes.number}>
                        {t("calibration.session.item", { number: place?.number ?? 0, ticket: String(place?.ticket ?? "") })}
                      </Anchor>
                    </Table.Td>
                    <Table.Td><Text size="sm" fw={650} className={classes.number}>{item.range === null ? "–" : t("calibration.points", { count: item.range })}</Text></Table.Td>
                    {raters.map((id) => <Table.Td key={id} ta="end" className={classes.number}>{percent(item.percentages[id])}</Table.Td>)}
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </section>
  );
}
