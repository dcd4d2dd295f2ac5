import { Alert, Button, Checkbox, Collapse, Group, NumberInput, Progress, Select, Stack, Text, UnstyledButton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconArrowsExchange, IconChevronDown, IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { api, call } from "@/api/client";
import { useI18n } from "@/i18n";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState, errorText } from "@/ui/ErrorState";
import { PageHead } from "@/ui/PageHead";
import { ListSkeleton } from "@/ui/Skeletons";
import { scorecardsQuery } from "../../quality/data";
import classes from "../calibration.module.css";
import { probesQuery, type Probe } from "../data";
import { useCards } from "../sessions/parts";
import { ProbeView } from "./ProbeView";

const KINDS = ["names", "gender", "dialect", "formality"] as const;

export default function FairnessPage() {
  const { t, format } = useI18n();
  const cards = useCards();
  const [params, setParams] = useSearchParams();
  const found = useQuery(probesQuery());
  const probes = found.data?.probes ?? [];
  const shown = probes.find((probe) => String(probe.id) === params.get("probe")) ?? probes[0];
  const words = (probe: Probe) => `${format.dateTime(probe.createdAt)} · ${cards.name(probe.scorecardId)} · ${t(`calibration.runState.${probe.state}`)}`;
  return (
    <Stack p={{ base: "md", sm: "lg" }} gap="md" maw={1200} mx="auto">
      <PageHead title={t("calibration.fairness.title")} lead={t("calibration.fairness.intro")} />
      <Start onStarted={() => setParams({}, { replace: true })} />
      {found.isError ? (
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      ) : !found.data ? (
        <ListSkeleton rows={4} />
      ) : !shown ? (
        <EmptyState icon={IconArrowsExchange} title={t("calibration.fairness.emptyTitle")} text={t("calibration.fairness.emptyText")} />
      ) : (
        <>
          <Select
            w={{ base: "100%", xs: 460 }} allowDeselect={false} label={t("calibration.fairness.shown")} value={String(shown.id)}
            data={probes.map((probe) => ({ value: String(probe.id), label: words(probe) }))}
            onChange={(value) => setParams(value === null ? {} : { probe: value }, { replace: true })}
          />
          {shown.state === "failed" ? (
            <Alert color="red" variant="light" title={t("calibration.fairness.failed")}>{shown.error?.message ?? ""}</Alert>
          ) : shown.result === null ? (
            <section className={classes.panel} role="status">
              <Text size="sm" mb="sm">{t(shown.state === "queued" ? "calibration.fairness.queued" : "calibration.fairness.running", { count: shown.worklogs })}</Text>
              <Progress value={100} animated={shown.state === "running"} striped aria-label={t(`calibration.runState.${shown.state}`)} />
            </section>
          ) : (
            <ProbeView probe={shown} result={shown.result} />
          )}
        </>
      )}
    </Stack>
  );
}

function Start({ onStarted }: { onStarted: () => void }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const cards = useQuery(scorecardsQuery("active,draft"));
  const [card, setCard] = useState<string | null>(null);
  const [sample, setSample] = useState(50);
  const [seed, setSeed] = useState(1);
  const [kinds, setKinds] = useState<string[]>([...KINDS]);
  const [more, setMore] = useState(false);
  const chosen = card ?? (cards.data?.[0] ? String(cards.data[0].id) : null);
  const start = useMutation({
    mutationFn: () =>
      call(api.POST("/api/mind/quality/fairness", { body: { scorecardId: Number(chosen), sample, seed, kinds: kinds as (typeof KINDS)[number][] } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["quality", "fairness"] });
      onStarted();
    },
  });
  return (
    <section
      className={classes.panel} aria-label={t("calibration.fairness.start")}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen && kinds.length > 0) start.mutate();
        }}
      >
        <Group align="flex-end" gap="md">
          <Select
            w={{ base: "100%", xs: 280 }} label={t("calibration.fairness.card")} allowDeselect={false} searchable value={chosen} onChange={setCard}
            data={(cards.data ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
          />
          <NumberInput w={150} label={t("calibration.fairness.sample")} min={1} max={200} allowDecimal={false} value={sample} onChange={(value) => setSample(Number(value) || 1)} />
          <Button type="submit" leftSection={<IconPlayerPlay size={16} />} loading={start.isPending} disabled={chosen === null || kinds.length === 0}>{t("calibration.fairness.start")}</Button>
        </Group>
        <UnstyledButton mt="sm" onClick={() => setMore(!more)} aria-expanded={more}>
          <Group gap={4}><Text size="sm" c="dimmed">{t("calibration.fairness.more")}</Text><IconChevronDown size={14} aria-hidden /></Group>
        </UnstyledButton>
        <Collapse expanded={more}>
          <Group align="flex-start" gap="xl" mt="xs">
            <Checkbox.Group label={t("calibration.fairness.kinds")} value={kinds} onChange={setKinds}>
              <Stack gap={6} mt={6}>
                {KINDS.map((kind) => <Checkbox key={kind} value={kind} size="sm" label={t(`calibration.kind.${kind}`)} description={t(`calibration.kindText.${kind}`)} />)}
              </Stack>
            </Checkbox.Group>
            <NumberInput w={220} label={t("calibration.fairness.seed")} description={t("calibration.fairness.seedHint")} allowDecimal={false} value={seed} onChange={(value) => setSeed(Number(value) || 0)} />
          </Group>
        </Collapse>
        {start.error && <Alert mt="sm" color="red" variant="light" role="alert">{errorText(start.error, t)}</Alert>}
      </form>
    </section>
  );
}
