import { Accordion, Alert, Anchor, Button, Group, NumberInput, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconSchool } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { useMay } from "@/app/auth";
import { useI18n } from "@/i18n";
import { scorecardQuery, usePeople } from "@/pages/quality/data";
import { ConfirmDialog } from "@/pages/quality/review/Dialogs";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState, useShowError } from "@/ui/ErrorState";
import { PageHead } from "@/ui/PageHead";
import { ListSkeleton } from "@/ui/Skeletons";
import { forgetTrust, setTarget, trainNow, trustQuery, type Trust } from "../data";
import { Forest, Head, Panel, ScorecardPicker, share, signed, useRange, useScorecards } from "../parts";
import { usePlace } from "../place";
import classes from "../reports.module.css";
import { Criterion } from "./Criterion";
import { Curve } from "./Curve";

const PATIENCE = 60_000;

export default function TrustPage() {
  const { t } = useI18n();
  const id = Number(useParams().scorecardId);
  const navigate = useNavigate();
  const trust = useQuery({ ...trustQuery(id), enabled: id > 0 });
  const card = useQuery({ ...scorecardQuery(id), enabled: id > 0 });
  const cards = useScorecards();
  const base = trust.data?.scorecardBaseId ?? null;
  return (
    <Stack p={{ base: "md", sm: "lg" }} gap="md" maw={1200} mx="auto">
      <PageHead title={card.data ? `${t("reports.nav.trust")}: ${card.data.name}` : t("reports.nav.trust")} lead={t("reports.trust.lead")}>
        <Anchor component={Link} size="sm" to={base === null ? "/reports/agreement" : `/reports/agreement?card=${base}`}>{t("reports.trust.back")}</Anchor>
        <Anchor component={Link} size="sm" to={`/quality/scorecards/${id}`}>{t("reports.trust.card")}</Anchor>
      </PageHead>
      <Group>
        <ScorecardPicker
          families={cards.data ?? []} value={base}
          onChange={(chosen) => {
            const found = cards.data?.find(({ baseId }) => String(baseId) === chosen);
            if (found) void navigate(`/reports/trust/${found.id}`);
          }}
        />
      </Group>
      {trust.isError ? (
        <ErrorState error={trust.error} onRetry={() => void trust.refetch()} />
      ) : !trust.data ? (
        <ListSkeleton />
      ) : (
        <Shown key={id} id={id} trust={trust.data} />
      )}
    </Stack>
  );
}

function Shown({ id, trust }: { id: number; trust: Trust }) {
  const { t } = useI18n();
  const place = usePlace(`/reports/trust/${id}`);
  const open = place.get("open")?.split(",") ?? [];
  const ordered = [...trust.criteria].sort((a, b) => Number(b.decidedBy === "ai") - Number(a.decidedBy === "ai"));
  return (
    <>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Target id={id} trust={trust} />
        <Learning id={id} trust={trust} />
      </SimpleGrid>
      <Panel title={t("reports.trust.curve")} hint={t("reports.trust.curveHint")}>
        {trust.judges.length === 0 && <EmptyState icon={IconSchool} title={t("reports.trust.emptyTitle")} text={t("reports.trust.curveNone")} />}
        <SimpleGrid cols={{ base: 1, md: Math.min(2, Math.max(1, trust.judges.length)) }} spacing="lg">
          {trust.judges.map((judge) => <Curve key={judge.judge} judge={judge.judge} n={judge.n} points={judge.curve} target={trust.targetAgreement} />)}
        </SimpleGrid>
      </Panel>
      <Panel title={t("reports.trust.criteria")}>
        <Accordion multiple value={open} onChange={(value) => place.set({ open: value.join(",") || null }, true)} keepMounted={false}>
          {ordered.map((one) => <Criterion key={one.criterionId} found={one} target={trust.targetAgreement} />)}
        </Accordion>
      </Panel>
      {trust.reviewers.length > 0 && <Offsets trust={trust} />}
    </>
  );
}

function Target({ id, trust }: { id: number; trust: Trust }) {
  const { t, format } = useI18n();
  const manages = useMay()("qualityManageScorecards");
  const client = useQueryClient();
  const showError = useShowError();
  const current = Math.round(1000 * trust.targetAgreement) / 10;
  const [value, setValue] = useState<number | string>(current);
  useEffect(() => setValue(current), [current]);
  const save = useMutation({
    mutationFn: (target: number | null) => setTarget(id, target),
    onSuccess: (found) => {
      client.setQueryData(trustQuery(id).queryKey, found);
      setValue(Math.round(1000 * found.targetAgreement) / 10);
      notifications.show({ message: t("reports.trust.saved", { share: share(format, found.targetAgreement, 1) }) });
    },
    onError: showError,
  });
  const number = typeof value === "number" ? value : Number.NaN;
  const valid = number >= 50 && number <= 99;
  const changed = number !== current;
  return (
    <Panel title={t("reports.trust.target")} hint={t("reports.trust.targetText")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (valid) save.mutate(number / 100);
        }}
      >
        <Group align="flex-end" gap="sm">
          <NumberInput
            aria-label={t("reports.trust.target")} w={120} min={50} max={99} step={1} decimalScale={1} suffix=" %" value={value} onChange={setValue} disabled={!manages}
            clampBehavior="blur" hideControls={false}
          />
          {manages && <Button type="submit" disabled={!valid || !changed} loading={save.isPending}>{t("reports.trust.save")}</Button>}
          {manages && trust.targetFrom === "scorecard" && (
            <Button variant="subtle" onClick={() => save.mutate(null)} disabled={save.isPending}>{t("reports.trust.follow")}</Button>
          )}
        </Group>
        <Text size="sm" c="dimmed" mt="xs">
          {changed && manages ? t("common.unsaved") : t(trust.targetFrom === "scorecard" ? "reports.trust.targetOwn" : "reports.trust.targetSetting")}
          {!manages && ` ${t("reports.trust.readOnly")}`}
        </Text>
      </form>
    </Panel>
  );
}

function Learning({ id, trust }: { id: number; trust: Trust }) {
  const { t, format } = useI18n();
  const manages = useMay()("qualityManageScorecards");
  const client = useQueryClient();
  const showError = useShowError();
  const [asks, setAsks] = useState(false);
  /** What was known when learning was asked for, and since when one waits. */
  const [waiting, setWaiting] = useState<{ trainedAt: string | null; since: number } | null>(null);
  const [slow, setSlow] = useState(false);
  useQuery({ ...trustQuery(id), refetchInterval: waiting ? 2000 : false });
  useEffect(() => {
    if (!waiting) return;
    if (trust.trainedAt !== waiting.trainedAt) {
      setWaiting(null);
      notifications.show({ message: t("reports.trust.trained") });
      return;
    }
    const timer = window.setTimeout(() => {
      setWaiting(null);
      setSlow(true);
    }, Math.max(0, waiting.since + PATIENCE - Date.now()));
    return () => window.clearTimeout(timer);
  }, [waiting, trust.trainedAt, t]);
  const train = useMutation({
    mutationFn: () => trainNow(id),
    onSuccess: () => {
      setSlow(false);
      setWaiting({ trainedAt: trust.trainedAt, since: Date.now() });
    },
    onError: showError,
  });
  const forget = useMutation({
    mutationFn: () => forgetTrust(id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["quality", "trust"] });
      setAsks(false);
      notifications.show({ message: t("reports.trust.forgotten") });
    },
    onError: showError,
  });
  return (
    <Panel title={trust.trainedAt ? t("reports.trust.learnedAt", { when: format.dateTime(trust.trainedAt) }) : t("reports.trust.never")} hint={t("reports.trust.trainHint")}>
      <Stack gap="xs">
        {trust.version && <Text size="sm">{t("reports.trust.version", { version: trust.version })}</Text>}
        {trust.forgottenAt && <Text size="sm">{t("reports.trust.forgottenAt", { when: format.dateTime(trust.forgottenAt) })}</Text>}
        {manages && (
          <Group gap="sm">
            <Button onClick={() => train.mutate()} disabled={train.isPending || waiting !== null} leftSection={<IconSchool size={17} />}>
              {waiting ? t("reports.trust.training") : t("reports.trust.train")}
            </Button>
            <Button variant="subtle" color="red" onClick={() => setAsks(true)}>{t("reports.trust.forget")}</Button>
          </Group>
        )}
        {slow && <Alert color="gray">{t("reports.trust.trainSlow")}</Alert>}
      </Stack>
      <ConfirmDialog
        opened={asks} onClose={() => setAsks(false)} pending={forget.isPending} title={t("reports.trust.forgetTitle")} text={t("reports.trust.forgetText")}
        action={t("reports.trust.forgetDo")} color="red" onConfirm={() => forget.mutate()}
      />
    </Panel>
  );
}

function Offsets({ trust }: { trust: Trust }) {
  const { t, format } = useI18n();
  const people = usePeople();
  const range = useRange();
  const points = (value: number) => signed(format, value, 1);
  const ends = trust.reviewers.flatMap(({ offset, ci95 }) => [offset, ...ci95]).map(Math.abs);
  const limit = Math.max(0.1, ...ends);
  return (
    <Panel title={t("reports.trust.reviewersTitle")} hint={t("reports.trust.reviewersText")}>
      <Table className={classes.numbers} verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Head right={false} label={t("reports.reviewers.reviewer")} />
            <Head label={t("reports.trust.offset")} hint={t("reports.interval.hint")} />
            <Head label={t("reports.trust.n")} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {trust.reviewers.map(({ userId, offset, ci95, n }) => (
            <Table.Tr key={userId}>
              <Table.Td>{people.name(userId)}</Table.Td>
              <Table.Td data-right>
                <Forest value={offset} interval={ci95} limit={limit} label={`${points(offset)} %`} />
                <Text size="xs" c="dimmed">{points(offset)} %; {range(ci95, points)}</Text>
              </Table.Td>
              <Table.Td data-right>{format.number(n)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}
