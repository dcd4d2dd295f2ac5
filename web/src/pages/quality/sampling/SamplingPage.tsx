import { ActionIcon, Badge, Button, Group, Menu, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconDice3, IconDots, IconPencil, IconPlayerPause, IconPlayerPlay, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useI18n } from "@/i18n";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState, useShowError } from "@/ui/ErrorState";
import { PageHead } from "@/ui/PageHead";
import { ListSkeleton } from "@/ui/Skeletons";
import { useFamilies, useTeams } from "../data";
import classes from "../quality.module.css";
import { ConfirmDialog } from "../review/Dialogs";
import { Draws } from "./Draws";
import { deletePlan, plansQuery, shares, updatePlan, type Plan } from "./data";
import { PlanForm } from "./PlanForm";

export default function SamplingPage() {
  const { t } = useI18n();
  const client = useQueryClient();
  const showError = useShowError();
  const [params, setParams] = useSearchParams();
  const [form, setForm] = useState<Plan | "new" | null>(null);
  const [removing, setRemoving] = useState<Plan | null>(null);
  const plans = useQuery(plansQuery);
  const again = () => client.invalidateQueries({ queryKey: plansQuery.queryKey });
  const show = (id: number | null) => setParams(id === null ? {} : { plan: String(id) }, { replace: true });
  const remove = useMutation({
    mutationFn: (plan: Plan) => deletePlan(plan.id),
    onSuccess: async () => {
      setRemoving(null);
      show(null);
      await again();
      notifications.show({ message: t("sampling.removed") });
    },
    onError: showError,
  });
  const pause = useMutation({
    mutationFn: (plan: Plan) => updatePlan(plan.id, { enabled: !plan.enabled }),
    onSuccess: again,
    onError: showError,
  });
  const list = plans.data ?? [];
  const shown = list.find((plan) => plan.id === Number(params.get("plan"))) ?? list[0];
  return (
    <Stack p={{ base: "md", sm: "lg" }} gap={0} maw={1400} mx="auto">
      <PageHead title={t("sampling.title")} lead={t("sampling.intro")}>
        {list.length > 0 && <Button leftSection={<IconPlus size={18} />} onClick={() => setForm("new")}>{t("sampling.create")}</Button>}
      </PageHead>
      {plans.isError ? (
        <ErrorState error={plans.error} onRetry={() => void plans.refetch()} />
      ) : !plans.data ? (
        <ListSkeleton rows={4} />
      ) : shown === undefined ? (
        <EmptyState icon={IconDice3} title={t("sampling.emptyTitle")} text={t("sampling.emptyText")}>
          <Button leftSection={<IconPlus size={18} />} onClick={() => setForm("new")}>{t("sampling.create")}</Button>
        </EmptyState>
      ) : (
        <div className={classes.plans}>
          <Stack gap="sm">
            {list.map((plan) => (
              <PlanCard
                key={plan.id} plan={plan} shown={plan.id === shown.id} onShow={() => show(plan.id)} onEdit={() => setForm(plan)} onPause={() => pause.mutate(plan)}
                onRemove={() => setRemoving(plan)}
              />
            ))}
          </Stack>
          <section aria-label={t("sampling.draws")}>
            <Text component="h2" fw={650} size="sm" mb="sm">{t("sampling.drawsOf", { name: shown.name })}</Text>
            <Draws key={shown.id} planId={shown.id} />
          </section>
        </div>
      )}
      {form && (
        <PlanForm
          plan={form === "new" ? null : form} onClose={() => setForm(null)}
          onSaved={(saved) => {
            setForm(null);
            show(saved.id);
            void again();
            notifications.show({ color: "assay", message: t(form === "new" ? "sampling.created" : "sampling.changed") });
          }}
        />
      )}
      {removing && (
        <ConfirmDialog
          opened onClose={() => setRemoving(null)} title={t("sampling.removeTitle", { name: removing.name })} text={t("sampling.removeText")} action={t("common.delete")} color="red"
          pending={remove.isPending} onConfirm={() => remove.mutate(removing)}
        />
      )}
    </Stack>
  );
}

interface CardProps {
  plan: Plan;
  shown: boolean;
  onShow: () => void;
  onEdit: () => void;
  onPause: () => void;
  onRemove: () => void;
}

function PlanCard({ plan, shown, onShow, onEdit, onPause, onRemove }: CardProps) {
  const { t, format } = useI18n();
  const teams = useTeams();
  const families = useFamilies();
  const { random, risk } = shares(plan.perAgentWeek, plan.randomPercent);
  return (
    <article className={classes.panel} data-shown={shown || undefined}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Group gap={8}>
            <Text fw={650} size="sm" component="h2">{plan.name}</Text>
            <Badge variant="light" color={plan.enabled ? "assay" : "gray"} tt="none">{t(plan.enabled ? "sampling.on" : "sampling.off")}</Badge>
          </Group>
          <Text size="sm">{families.name(plan.scorecardBaseId)}</Text>
        </div>
        <Menu position="bottom-end" withArrow>
          <Menu.Target><ActionIcon variant="subtle" color="gray" aria-label={t("sampling.actions", { name: plan.name })}><IconDots size={18} /></ActionIcon></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconPencil size={16} />} onClick={onEdit}>{t("sampling.change")} …</Menu.Item>
            <Menu.Item leftSection={plan.enabled ? <IconPlayerPause size={16} /> : <IconPlayerPlay size={16} />} onClick={onPause}>{t(plan.enabled ? "sampling.pause" : "sampling.resume")}</Menu.Item>
            <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={onRemove}>{t("common.delete")} …</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
      <Text size="sm" c="dimmed" mt={6}>
        {t("sampling.planRule", { count: plan.perAgentWeek })} · {t("sampling.split", { percent: format.percent(plan.randomPercent), random, risk })}
      </Text>
      <Text size="sm" c="dimmed">
        {plan.teamIds.length === 0 ? t("sampling.everybody") : plan.teamIds.map(teams.name).join(", ")} · {t("sampling.planDue", { count: plan.dueDays })}
      </Text>
      {!shown && <Button size="compact-xs" variant="subtle" mt={6} onClick={onShow} aria-label={t("sampling.showDrawsOf", { name: plan.name })}>{t("sampling.showDraws")}</Button>}
    </article>
  );
}
