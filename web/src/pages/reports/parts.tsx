import { Alert, Anchor, Badge, Button, Drawer, Group, Select, Stack, Table, Text, TextInput, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { Link } from "react-router";
import { useI18n, type I18n } from "@/i18n";
import { scorecardsQuery } from "@/pages/quality/data";
import { ErrorState } from "@/ui/ErrorState";
import { ListSkeleton } from "@/ui/Skeletons";
import { PERIODS, type Place, type Span } from "./place";
import classes from "./reports.module.css";

export type Pair = readonly number[] | null | undefined;

/** A share from 0 to 1 as percent. */
export const share = (format: I18n["format"], value: number, digits = 0): string => format.percent(100 * value, digits);

/** With its sign, as points of 100. */
export const signed = (format: I18n["format"], value: number, digits = 0): string => {
  const points = Number((100 * value).toFixed(digits));
  return points === 0 ? format.number(0) : `${points > 0 ? "+" : "−"}${format.number(Math.abs(points), digits)}`;
};

/** "70 % to 91 %", or that there is none. */
export function useRange(): (interval: Pair, show: (value: number) => string) => string {
  const { t } = useI18n();
  return (interval, show) =>
    interval && interval.length === 2
      ? t("reports.interval.text", { low: show(interval[0]!), high: show(interval[1]!) })
      : t("reports.interval.missing");
}

/** A heading of a column with what it means. */
export function Head({ label, hint, right = true }: { label: string; hint?: string; right?: boolean }) {
  const text = hint ? (
    <Tooltip label={hint} multiline maw={300} events={{ hover: true, focus: true, touch: true }}>
      <span tabIndex={0} style={{ borderBottom: "1px dotted currentColor" }}>{label}</span>
    </Tooltip>
  ) : label;
  return <Table.Th scope="col" data-right={right || undefined}>{text}</Table.Th>;
}

export function Figure({ label, value, note }: { label: string; value: ReactNode; note?: ReactNode }) {
  return (
    <div className={classes.panel}>
      <Text size="sm" c="dimmed">{label}</Text>
      <div className={classes.figure}>{value}</div>
      {note && <Text size="xs" c="dimmed" mt={2}>{note}</Text>}
    </div>
  );
}

export function Panel({ title, hint, children, actions }: { title: string; hint?: string; children: ReactNode; actions?: ReactNode }) {
  return (
    <section className={classes.panel} aria-label={title}>
      <Group justify="space-between" align="flex-start" mb="sm" gap="xs">
        <div>
          <Text component="h2" fw={650}>{title}</Text>
          {hint && <Text size="xs" c="dimmed">{hint}</Text>}
        </div>
        {actions}
      </Group>
      {children}
    </section>
  );
}

const DAYS = { "30": "days30", "90": "days90", "365": "days365", all: "all", own: "own" } as const;

export function PeriodPicker({ place, span }: { place: Place; span: Span }) {
  const { t } = useI18n();
  const date = (name: "from" | "to") => (
    <TextInput
      type="date" size="sm" w={150} label={t(`reports.filter.${name}`)} value={place.get(name) ?? ""}
      onChange={(event) => place.set({ [name]: event.currentTarget.value || null }, true)}
    />
  );
  return (
    <>
      <Select
        size="sm" w={{ base: "100%", xs: 170 }} label={t("reports.filter.period")} allowDeselect={false} value={span.period}
        data={PERIODS.map((one) => ({ value: one, label: t(`reports.filter.${DAYS[one]}`) }))}
        onChange={(value) => place.set({ period: value === "90" ? null : value, open: null, ...(value === "own" ? {} : { from: null, to: null }) })}
      />
      {span.period === "own" && <>{date("from")}{date("to")}</>}
    </>
  );
}

export interface Family {
  baseId: number;
  /** The revision by which it is shown. */
  id: number;
  name: string;
}

/** The scorecards by name, each once: by its active revision, else its newest. */
export function useScorecards() {
  return useQuery({
    ...scorecardsQuery("active,draft,retired"),
    select: (cards): Family[] => {
      const found = new Map<number, (typeof cards)[number]>();
      for (const card of cards) {
        const known = found.get(card.baseId);
        const better = !known || (card.state === "active" && known.state !== "active") || (card.state === known.state && card.revision > known.revision);
        if (better) found.set(card.baseId, card);
      }
      return [...found.values()].map(({ baseId, id, name }) => ({ baseId, id, name })).sort((a, b) => a.name.localeCompare(b.name));
    },
  });
}

export function ScorecardPicker(props: { families: Family[]; value: number | null; onChange: (value: string | null) => void; any?: boolean }) {
  const { t } = useI18n();
  return (
    <Select
      size="sm" w={{ base: "100%", xs: 240 }} label={t("reports.filter.scorecard")} searchable={props.families.length > 8}
      placeholder={props.any ? t("reports.filter.anyScorecard") : undefined} clearable={props.any} allowDeselect={false}
      value={props.value === null ? null : String(props.value)} onChange={props.onChange}
      data={props.families.map(({ baseId, name }) => ({ value: String(baseId), label: name }))}
      clearButtonProps={{ "aria-label": t("common.clear") }}
    />
  );
}

const WARNINGS = [
  "fewPairs", "oneCategory", "noPairs", "humanLabelsAllEqual", "untouchedScoresIncluded", "oneReviewer", "notBetterThanConstant", "onlySeenAnswers",
] as const;

/** What a reader must know before trusting the figures, in words. */
export function Warnings({ codes }: { codes: readonly string[] }) {
  const { t } = useI18n();
  const known = WARNINGS.filter((code) => codes.includes(code));
  return (
    <Group gap={4}>
      {known.map((code) => (
        <Badge key={code} variant="light" color={code === "noPairs" ? "gray" : "orange"} tt="none" fw={600} h="auto" py={3} radius="sm" styles={{ label: { whiteSpace: "normal", lineHeight: 1.25 } }}>
          {t(`reports.agreement.warning.${code}`)}
        </Badge>
      ))}
    </Group>
  );
}

/** The marks of a difference around 0 on a common scale from -`limit` to `limit`. */
export function Forest({ value, interval, limit, label }: { value: number; interval: Pair; limit: number; label: string }) {
  const place = (one: number) => `${50 + 50 * Math.max(-1, Math.min(1, one / limit))}%`;
  return (
    <div className={classes.forest} role="img" aria-label={label}>
      <span className={classes.zero} />
      {interval && (
        <span className={classes.whisker} style={{ left: place(interval[0]!), right: `calc(100% - ${place(interval[1]!)})` }} />
      )}
      <span className={classes.dot} style={{ left: place(value) }} />
    </div>
  );
}

const FIRST = 50;

interface Found<Row> {
  rows: readonly Row[];
  total: number;
}

/** What stands behind a figure, in a drawer whose place is in the address. */
export function BehindDrawer<Row>(props: {
  opened: boolean;
  onClose: () => void;
  title: string;
  subtitle?: string;
  empty: string;
  useRows: (limit: number) => { data: Found<Row> | undefined; isError: boolean; error: unknown; refetch: () => unknown; isPlaceholderData: boolean };
  row: (row: Row, index: number) => ReactNode;
}) {
  const { t } = useI18n();
  return (
    <Drawer
      opened={props.opened} onClose={props.onClose} position="right" size="lg" closeButtonProps={{ "aria-label": t("common.close") }}
      title={<div><Text fw={650}>{props.title}</Text>{props.subtitle && <Text size="sm" c="dimmed">{props.subtitle}</Text>}</div>}
    >
      {props.opened && <Rows {...props} />}
    </Drawer>
  );
}

function Rows<Row>({ useRows, row, empty }: Parameters<typeof BehindDrawer<Row>>[0]) {
  const { t } = useI18n();
  const [limit, setLimit] = useState(FIRST);
  const found = useRows(limit);
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <ListSkeleton rows={6} height={44} />;
  const { rows, total } = found.data;
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed" role="status">{t("reports.interval.cases", { count: total })}</Text>
      {rows.length === 0 && <Alert color="gray">{empty}</Alert>}
      <div>{rows.map(row)}</div>
      {rows.length < total && limit < 1000 && (
        <Button variant="light" onClick={() => setLimit(Math.min(1000, limit * 4))} loading={found.isPlaceholderData}>{t("reports.scores.more")}</Button>
      )}
    </Stack>
  );
}

export function LinkTo({ to, children }: { to: string; children: ReactNode }) {
  return <Anchor component={Link} to={to} size="sm">{children}</Anchor>;
}
