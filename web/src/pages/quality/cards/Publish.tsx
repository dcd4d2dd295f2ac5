import { Alert, Anchor, Button, Group, Modal, Progress, Stack, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { IconFlask, IconShieldX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { asApiError } from "@/api/errors";
import { useSession } from "@/app/auth";
import { useI18n } from "@/i18n";
import { ErrorState, errorText } from "@/ui/ErrorState";
import { ListSkeleton } from "@/ui/Skeletons";
import { scorecardQuery } from "../data";
import { previewOf, type Draft } from "../model/draft";
import type { ScorecardWithRevisions } from "../model/types";
import { backtestQuery, isOpen, triedContent } from "./backtests/data";
import { Figures } from "./backtests/Figures";
import { StartDialog } from "./backtests/StartDialog";
import { Diff } from "./Diff";

/** A dry run of the content as it stood in the editor. */
export interface Trial {
  id: number;
  text: string;
}

interface Props {
  opened: boolean;
  onClose: () => void;
  card: ScorecardWithRevisions | null;
  draft: Draft;
  changed: boolean;
  activeId: number | null;
  trial: Trial | null;
  onTrial: (trial: Trial) => void;
  pending: boolean;
  error: unknown;
  onPublish: () => void;
}

/** Before a revision becomes active: what it changes, what a backtest made of it, what a golden set has against it. */
export function PublishDialog(props: Props) {
  const { t } = useI18n();
  const { opened, onClose, card, draft, activeId } = props;
  const [starting, setStarting] = useState(false);
  const text = JSON.stringify(triedContent(draft));
  return (
    <>
      <Modal opened={opened && !starting} onClose={onClose} size="xl" title={t("quality.editor.publishTitle", { name: draft.name })} closeButtonProps={{ "aria-label": t("common.close") }}>
        <Stack>
          <Text size="sm">{t("quality.editor.publishText")}</Text>
          <section aria-labelledby="publish-backtest">
            <Title order={3} size="h5" mb={6} id="publish-backtest">{t("cards.publish.backtest")}</Title>
            <LatestBacktest {...props} text={text} onStart={() => setStarting(true)} />
          </section>
          <section aria-labelledby="publish-changes">
            <Title order={3} size="h5" mb={6} id="publish-changes">{t("quality.editor.changes")}</Title>
            {card && activeId !== null ? <ActiveDiff activeId={activeId} draft={draft} card={card} /> : <Text size="sm" c="dimmed">{t("quality.editor.publishFirst")}</Text>}
          </section>
          {props.error !== null && props.error !== undefined && <Refusal error={props.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>{t("quality.editor.cancel")}</Button>
            <Button loading={props.pending} onClick={props.onPublish} data-autofocus>{t("quality.editor.publish")}</Button>
          </Group>
        </Stack>
      </Modal>
      {starting && card && (
        <StartDialog
          opened onClose={() => setStarting(false)} scorecardId={card.id} categories={props.changed ? triedContent(draft) : undefined}
          onStarted={(id) => props.onTrial({ id, text })}
        />
      )}
    </>
  );
}

function LatestBacktest({ card, changed, trial, text, onStart }: Props & { text: string; onStart: () => void }) {
  const { t } = useI18n();
  const { can } = useSession();
  const client = useQueryClient();
  const own = trial !== null && trial.text === text ? trial.id : null;
  const latest = changed ? null : (card?.latestBacktest ?? null);
  const id = own ?? latest?.id ?? null;
  const found = useQuery({ ...backtestQuery(id ?? 0, { limit: 1 }), enabled: id !== null, placeholderData: undefined });
  const state = found.data?.state;
  useEffect(() => {
    if (own !== null && state === "done") void client.invalidateQueries({ queryKey: ["quality", "scorecard"] });
  }, [client, own, state]);
  const start = can("qualityRunBacktest") && card !== null && (
    <Button variant="light" size="compact-sm" leftSection={<IconFlask size={14} aria-hidden />} onClick={onStart}>{t(id === null ? "cards.publish.run" : "cards.publish.runAgain")}</Button>
  );
  if (card === null) return <Text size="sm" c="dimmed">{t("cards.publish.saveFirst")}</Text>;
  if (id === null) {
    const why = changed && (trial !== null || card.latestBacktest !== null) ? "cards.publish.outdated" : "cards.publish.none";
    return (
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed" flex={1}>{t(why)}</Text>
        {start}
      </Group>
    );
  }
  if (found.isError) return <Text size="sm" c="dimmed">{errorText(found.error, t)}</Text>;
  if (!found.data) return <ListSkeleton rows={2} height={40} />;
  const { progress, summary, criteria } = found.data;
  if (isOpen(found.data.state)) {
    return (
      <div>
        <Text size="sm" role="status" mb={6}>{t("cards.progress.running", { done: progress.done, total: progress.total })}</Text>
        <Progress value={(100 * progress.done) / Math.max(1, progress.total)} aria-label={t("cards.progress.label")} animated />
      </div>
    );
  }
  return (
    <Stack gap="xs">
      {found.data.state !== "done" && <Text size="sm" c="dimmed">{t(found.data.state === "failed" ? "cards.backtest.failedTitle" : "cards.backtest.stoppedTitle")}</Text>}
      {summary && summary.scored > 0 ? <Figures summary={summary} criteria={criteria} /> : <Text size="sm" c="dimmed">{t("cards.result.nothing")}</Text>}
      <Group gap="md">
        <Anchor component={Link} to={`/quality/backtests/${id}`} size="sm">{t("cards.publish.openBacktest")}</Anchor>
        {start}
      </Group>
    </Stack>
  );
}

function ActiveDiff({ activeId, draft, card }: { activeId: number; draft: Draft; card: ScorecardWithRevisions }) {
  const active = useQuery(scorecardQuery(activeId));
  if (active.isError) return <ErrorState error={active.error} />;
  return active.data ? <Diff before={active.data} after={previewOf(draft, card)} /> : <ListSkeleton rows={2} />;
}

/** What a golden set has against the content. */
export interface Gate {
  goldenSetId: number;
  goldenSetName: string;
  runId?: number | null;
}

/** `onOpen` opens the set where there is no router, as in a notification. */
export function GateText({ gate, onOpen }: { gate: Gate; onOpen?: (path: string) => void }) {
  const { t } = useI18n();
  const path = `/quality/golden/${gate.goldenSetId}`;
  return (
    <>
      <Text size="sm">{t(gate.runId ? "cards.gate.notPassed" : "cards.gate.noRun", { name: gate.goldenSetName })}</Text>
      {onOpen ? (
        <Anchor
          href={path} size="sm"
          onClick={(event) => {
            event.preventDefault();
            onOpen(path);
          }}
        >
          {t("cards.gate.open")}
        </Anchor>
      ) : (
        <Anchor component={Link} to={path} size="sm">{t("cards.gate.open")}</Anchor>
      )}
    </>
  );
}

function Refusal({ error }: { error: unknown }) {
  const { t } = useI18n();
  const { code, details } = asApiError(error);
  if (code !== "golden_gate_failed") return <Alert variant="light" color="red" role="alert">{errorText(error, t)}</Alert>;
  return (
    <Alert variant="light" color="red" role="alert" icon={<IconShieldX aria-hidden />} title={t("cards.gate.blockedTitle")}>
      <GateText gate={details as unknown as Gate} />
      <Text size="sm" mt={4}>{t(details.runId ? "cards.gate.notPassedNext" : "cards.gate.noRunNext")}</Text>
    </Alert>
  );
}
