import { Button, Collapse, Group, Modal, MultiSelect, NumberInput, Radio, Select, SimpleGrid, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { ApiError } from "@/api/errors";
import { useI18n } from "@/i18n";
import { errorText } from "@/ui/ErrorState";
import { useTeams } from "../../data";
import classes from "../cards.module.css";
import { estimateQuery, startBacktest, useCards, type BacktestBody, type BacktestEstimate } from "./data";

interface Asked {
  compareWith: "assessed" | "revision" | "none";
  compareScorecardId: string | null;
  sampleSize: number;
  from: string;
  to: string;
  teams: string[];
  onlyAssessed: boolean;
  useAssignment: boolean;
  judge: string;
  model: string;
  maxCost: number | null;
  seed: number;
}

const USUAL: Asked = {
  compareWith: "assessed", compareScorecardId: null, sampleSize: 100, from: "", to: "", teams: [], onlyAssessed: false, useAssignment: true, judge: "", model: "",
  maxCost: null, seed: 1,
};

function bodyOf(asked: Asked): BacktestBody {
  const { judge, model, maxCost } = asked;
  return {
    filters: {
      ...(asked.from ? { from: asked.from } : {}),
      ...(asked.to ? { to: asked.to } : {}),
      teams: asked.teams.map(Number),
      onlyAssessed: asked.onlyAssessed,
    } as never,
    sampleSize: asked.sampleSize,
    seed: asked.seed,
    useAssignment: asked.useAssignment,
    compareWith: asked.compareWith,
    ...(asked.compareWith === "revision" ? { compareScorecardId: Number(asked.compareScorecardId) } : {}),
    ...(judge ? { judge: judge as "auto" } : {}),
    ...(model.trim() ? { model: model.trim() } : {}),
    ...(maxCost === null ? {} : { maxCost }),
  };
}

interface Props {
  opened: boolean;
  onClose: () => void;
  scorecardId: number | null;
  /** Unsaved content to try in place of the stored one. */
  categories?: BacktestBody["categories"];
  /** Told instead of opening the new backtest. */
  onStarted?: (id: number) => void;
}

/** What a backtest is to try, on which work; says what it takes before it begins. */
export function StartDialog(props: Props) {
  const { t } = useI18n();
  return (
    <Modal opened={props.opened} onClose={props.onClose} size="lg" title={t("cards.start.title")} closeButtonProps={{ "aria-label": t("common.close") }}>
      <StartForm {...props} />
    </Modal>
  );
}

function StartForm({ onClose, scorecardId, categories, onStarted }: Props) {
  const { t, language } = useI18n();
  const client = useQueryClient();
  const navigate = useNavigate();
  const cards = useCards();
  const teams = useTeams();
  const [card, setCard] = useState<string | null>(scorecardId === null ? null : String(scorecardId));
  const [asked, setAsked] = useState<Asked>(USUAL);
  const [more, setMore] = useState(false);
  const set = (change: Partial<Asked>) => setAsked({ ...asked, ...change });
  const first = cards.list.find((one) => one.state === "active") ?? cards.list[0];
  const chosen = card === null ? (first?.id ?? null) : Number(card);
  const complete = asked.compareWith !== "revision" || asked.compareScorecardId !== null;
  const text = useMemo(() => JSON.stringify({ ...bodyOf(asked), ...(categories ? { categories } : {}) }), [asked, categories]);
  const [settled] = useDebouncedValue(text, 500);
  const body = useMemo(() => JSON.parse(settled) as BacktestBody, [settled]);
  const estimate = useQuery({ ...estimateQuery(chosen, body), enabled: chosen !== null && complete });
  const start = useMutation({
    mutationFn: () => startBacktest(chosen ?? 0, JSON.parse(text) as BacktestBody),
    onSuccess: (id) => {
      void client.invalidateQueries({ queryKey: ["quality", "backtests"] });
      if (onStarted) onStarted(id);
      else void navigate(`/quality/backtests/${id}`);
      onClose();
    },
  });
  const options = (without?: number | null) =>
    cards.list
      .filter((one) => one.id !== without)
      .map((one) => ({ value: String(one.id), label: t("cards.start.revision", { name: one.name, number: one.revision, state: t(`quality.cardState.${one.state}`) }) }))
      .sort((a, b) => a.label.localeCompare(b.label));
  const dates = asked.from && asked.to && asked.from > asked.to;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate();
      }}
    >
      <Stack>
        {categories ? (
          <Text size="sm">{t("cards.start.unsaved")}</Text>
        ) : (
          <Select
            label={t("cards.start.scorecard")} searchable allowDeselect={false} required data={options()} value={chosen === null ? null : String(chosen)} onChange={setCard} data-autofocus
          />
        )}
        <Radio.Group label={t("cards.start.compareWith")} value={asked.compareWith} onChange={(value) => set({ compareWith: value as Asked["compareWith"] })}>
          <Stack gap={6} mt={6}>
            {(["assessed", "revision", "none"] as const).map((one) => <Radio key={one} value={one} label={t(`cards.compare.${one}`)} description={t(`cards.compare.${one}Hint`)} />)}
          </Stack>
        </Radio.Group>
        {asked.compareWith === "revision" && (
          <Select
            label={t("cards.start.otherRevision")} searchable required data={options(categories ? null : chosen)} value={asked.compareScorecardId}
            onChange={(value) => set({ compareScorecardId: value })}
          />
        )}
        <SimpleGrid cols={{ base: 1, xs: 3 }}>
          <NumberInput
            label={t("cards.start.sampleSize")} min={1} max={500} allowDecimal={false} clampBehavior="strict" value={asked.sampleSize}
            onChange={(value) => typeof value === "number" && value >= 1 && set({ sampleSize: value })}
          />
          <TextInput type="date" label={t("cards.start.from")} value={asked.from} max={asked.to || undefined} onChange={(event) => set({ from: event.currentTarget.value })} />
          <TextInput
            type="date" label={t("cards.start.to")} value={asked.to} min={asked.from || undefined} error={dates ? t("cards.start.datesWrong") : undefined}
            onChange={(event) => set({ to: event.currentTarget.value })}
          />
        </SimpleGrid>
        <MultiSelect
          label={t("cards.start.teams")} placeholder={asked.teams.length === 0 ? t("cards.start.allTeams") : undefined} searchable clearable
          clearButtonProps={{ "aria-label": t("common.clear") }} data={teams.list.map(({ id, name }) => ({ value: String(id), label: name }))} value={asked.teams}
          onChange={(values) => set({ teams: values })}
        />
        <Switch label={t("cards.start.onlyAssessed")} checked={asked.onlyAssessed} onChange={(event) => set({ onlyAssessed: event.currentTarget.checked })} />
        <div>
          <Button variant="subtle" size="compact-sm" aria-expanded={more} aria-controls="more-of-backtest" onClick={() => setMore(!more)}>{t(more ? "cards.start.less" : "cards.start.more")}</Button>
          <Collapse expanded={more} id="more-of-backtest">
            <Stack mt="sm">
              <Switch
                label={t("cards.start.useAssignment")} description={t("cards.start.useAssignmentHint")} checked={asked.useAssignment}
                onChange={(event) => set({ useAssignment: event.currentTarget.checked })}
              />
              <SimpleGrid cols={{ base: 1, xs: 2 }}>
                <Select
                  label={t("cards.start.judge")} allowDeselect={false} value={asked.judge} onChange={(value) => set({ judge: value ?? "" })}
                  data={[{ value: "", label: t("cards.judge.asSet") }, { value: "builtIn", label: t("cards.judge.builtIn") }, { value: "model", label: t("cards.judge.model") }]}
                />
                <TextInput
                  label={t("cards.start.model")} placeholder={t("cards.start.modelAsSet")} maxLength={200} disabled={asked.judge === "builtIn"} value={asked.model}
                  onChange={(event) => set({ model: event.currentTarget.value })}
                />
                <NumberInput
                  label={t("cards.start.maxCost")} description={t("cards.start.maxCostHint")} min={0} decimalScale={2} allowNegative={false} decimalSeparator={language === "de" ? "," : "."}
                  value={asked.maxCost ?? ""} onChange={(value) => set({ maxCost: typeof value === "number" ? value : null })}
                />
                <NumberInput
                  label={t("cards.start.seed")} description={t("cards.start.seedHint")} min={0} allowDecimal={false} value={asked.seed}
                  onChange={(value) => set({ seed: typeof value === "number" ? value : 1 })}
                />
              </SimpleGrid>
            </Stack>
          </Collapse>
        </div>
        <div className={classes.panel} style={{ padding: "10px 14px" }} role="status" aria-label={t("cards.start.estimate")}>
          {estimate.isError ? (
            <Text size="sm" c="red">{errorText(estimate.error, t)}</Text>
          ) : estimate.data ? (
            <Estimate found={estimate.data} />
          ) : (
            <Text size="sm" c="dimmed">{complete ? t("cards.start.estimating") : t("cards.start.chooseRevision")}</Text>
          )}
        </div>
        {start.isError && (
          <Text size="sm" c="red" role="alert">{start.error instanceof ApiError && start.error.code === "busy" ? t("cards.start.busy") : errorText(start.error, t)}</Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="submit" loading={start.isPending} disabled={chosen === null || !complete || Boolean(dates) || text !== settled || estimate.data?.sampled === 0}>{t("cards.start.start")}</Button>
        </Group>
      </Stack>
    </form>
  );
}

function Estimate({ found }: { found: BacktestEstimate }) {
  const { t, locale } = useI18n();
  const cost =
    found.calls === 0
      ? t("cards.start.noCost")
      : found.cost === null
        ? t("cards.start.noPrice", { input: found.inputTokens, output: found.outputTokens })
        : t(found.basis === "runs" ? "cards.start.costByRuns" : "cards.start.costByText", {
            cost: found.cost.toLocaleString(locale, { style: "currency", currency: found.currency ?? "EUR", maximumFractionDigits: 4 }),
          });
  return (
    <>
      <Text size="sm" fw={600}>{found.sampled === 0 ? t("cards.start.nothing") : t("cards.start.drawn", { count: found.sampled, candidates: found.candidates })}</Text>
      {found.excludedByPermission > 0 && <Text size="sm" c="dimmed">{t("cards.start.excluded", { count: found.excludedByPermission })}</Text>}
      {found.sampled > 0 && <Text size="sm" c="dimmed">{cost}</Text>}
    </>
  );
}
