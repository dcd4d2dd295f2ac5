import { Alert, Button, Checkbox, Drawer, Group, MultiSelect, NumberInput, Select, Slider, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useI18n } from "@/i18n";
import { errorText } from "@/ui/ErrorState";
import { useFamilies, useTeams } from "../data";
import { useKept } from "../kept";
import { createPlan, RISKS, shares, updatePlan, type Plan, type PlanCreate, type Risk } from "./data";

interface Draft {
  name: string;
  scorecardBaseId: number | null;
  teamIds: number[];
  perAgentWeek: number;
  randomPercent: number;
  risks: Risk[];
  newAgentDays: number;
  lowConfidence: number;
  dueDays: number;
  enabled: boolean;
}

const FRESH: Draft = {
  name: "", scorecardBaseId: null, teamIds: [], perAgentWeek: 4, randomPercent: 50, risks: [...RISKS], newAgentDays: 30, lowConfidence: 0.7, dueDays: 7,
  enabled: true,
};

function draftOf(plan: Plan): Draft {
  const { name, scorecardBaseId, teamIds, perAgentWeek, randomPercent, risks, newAgentDays, lowConfidence, dueDays, enabled } = plan;
  return { name, scorecardBaseId, teamIds, perAgentWeek, randomPercent, risks, newAgentDays, lowConfidence, dueDays, enabled };
}

/** A plan, new or changed. What is not saved yet stays for the next time. */
export function PlanForm({ plan, onClose, onSaved }: { plan: Plan | null; onClose: () => void; onSaved: (plan: Plan) => void }) {
  const { t, format, locale } = useI18n();
  const teams = useTeams();
  const families = useFamilies();
  const [draft, change, forget] = useKept<Draft>(plan ? `sampling.${plan.id}.${plan.version}` : "sampling.new", plan ? draftOf(plan) : FRESH);
  const save = useMutation({
    mutationFn: () => {
      const { scorecardBaseId, ...rules } = draft;
      return plan ? updatePlan(plan.id, rules) : createPlan({ ...rules, scorecardBaseId: scorecardBaseId ?? 0 } satisfies PlanCreate);
    },
    onSuccess: (saved) => {
      forget();
      onSaved(saved);
    },
  });
  const { random, risk } = shares(draft.perAgentWeek, draft.randomPercent);
  const whole = (name: "perAgentWeek" | "newAgentDays" | "dueDays") => (value: number | string) => {
    if (typeof value === "number") change({ [name]: value });
  };
  return (
    <Drawer
      opened onClose={onClose} position="right" size="md" title={t(plan ? "sampling.change" : "sampling.create")} closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <TextInput label={t("sampling.name")} placeholder={t("sampling.namePlaceholder")} required maxLength={200} data-autofocus value={draft.name} onChange={(event) => change({ name: event.currentTarget.value })} />
          <Select
            label={t("sampling.scorecard")} description={plan ? t("sampling.scorecardFixed") : undefined} required disabled={plan !== null} searchable
            value={draft.scorecardBaseId === null ? null : String(draft.scorecardBaseId)} data={families.list.map(({ id, name }) => ({ value: String(id), label: name }))}
            onChange={(value) => change({ scorecardBaseId: value ? Number(value) : null })}
          />
          <MultiSelect
            label={t("sampling.teams")} description={t("sampling.teamsHint")} placeholder={draft.teamIds.length === 0 ? t("sampling.everybody") : undefined} searchable clearable
            clearButtonProps={{ "aria-label": t("common.clear") }} value={draft.teamIds.map(String)}
            data={teams.list.map(({ id, name }) => ({ value: String(id), label: name }))} onChange={(ids) => change({ teamIds: ids.map(Number) })}
          />
          <NumberInput
            label={t("sampling.perWeek")} description={t("sampling.perWeekHint")} min={1} max={100} allowDecimal={false} clampBehavior="strict" value={draft.perAgentWeek}
            onChange={whole("perAgentWeek")}
          />
          <div>
            <Text size="sm" fw={500} id="random-share">{t("sampling.random")}</Text>
            <Text size="xs" c="dimmed" mb={6}>{t("sampling.randomHint")}</Text>
            <Slider
              min={0} max={100} step={5} value={draft.randomPercent} onChange={(randomPercent) => change({ randomPercent })} label={(value) => format.percent(value)}
              thumbProps={{ "aria-labelledby": "random-share", "aria-valuetext": format.percent(draft.randomPercent) } as never} mb="xs"
            />
            <Text size="sm" role="status">{t("sampling.split", { percent: format.percent(draft.randomPercent), random, risk })}</Text>
            {random === 0 && <Alert color="orange" variant="light" mt="xs" py={8}>{t("sampling.noRandom")}</Alert>}
          </div>
          <Checkbox.Group label={t("sampling.risks")} description={t("sampling.risksHint")} value={draft.risks} onChange={(risks) => change({ risks: risks as Risk[] })}>
            <Stack gap={8} mt={8}>{RISKS.map((one) => <Checkbox key={one} value={one} label={t(`sampling.risk.${one}`)} />)}</Stack>
          </Checkbox.Group>
          {draft.risks.includes("lowConfidence") && (
            <NumberInput
              label={t("sampling.lowConfidence")} suffix=" %" min={0} max={100} clampBehavior="strict" decimalScale={1} decimalSeparator={locale === "de-DE" ? "," : "."}
              value={Math.round(draft.lowConfidence * 1000) / 10} onChange={(value) => typeof value === "number" && change({ lowConfidence: value / 100 })}
            />
          )}
          {draft.risks.includes("newAgent") && (
            <NumberInput label={t("sampling.newAgentDays")} min={1} max={365} allowDecimal={false} clampBehavior="strict" value={draft.newAgentDays} onChange={whole("newAgentDays")} />
          )}
          <NumberInput
            label={t("sampling.dueDays")} description={t("sampling.dueDaysHint")} min={1} max={365} allowDecimal={false} clampBehavior="strict" value={draft.dueDays}
            onChange={whole("dueDays")}
          />
          <Switch label={t("sampling.enabled")} description={t("sampling.enabledHint")} checked={draft.enabled} onChange={(event) => change({ enabled: event.currentTarget.checked })} />
          {save.isError && <Alert color="red" variant="light" role="alert">{errorText(save.error, t)}</Alert>}
          <Group justify="flex-end" gap="xs">
            <Button variant="subtle" color="gray" onClick={forget}>{t("common.reset")}</Button>
            <Button variant="default" onClick={onClose}>{t("common.cancel")}</Button>
            <Button type="submit" loading={save.isPending} disabled={draft.name.trim() === "" || draft.scorecardBaseId === null}>{t("common.save")}</Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  );
}
