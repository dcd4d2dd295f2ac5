import { Alert, Button, Group, MultiSelect, Select, SimpleGrid, Stack, Switch, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api, call } from "@/api/client";
import { useI18n } from "@/i18n";
import { errorText } from "@/ui/ErrorState";
import { PageHead } from "@/ui/PageHead";
import { scorecardsQuery } from "../../quality/data";
import classes from "../calibration.module.css";
import { reviewersQuery } from "../data";
import { useKept } from "./useKept";
import { WorkPicker } from "./WorkPicker";

interface Form {
  name: string;
  scorecardId: string | null;
  reviewers: string[];
  reference: string | null;
  blind: boolean;
  includeAi: boolean;
  dueBy: string;
  /** Chosen work, by its id, with the person who did it. */
  works: Record<string, number>;
}

const EMPTY: Form = { name: "", scorecardId: null, reviewers: [], reference: null, blind: true, includeAi: true, dueBy: "", works: {} };
const MOST_WORKS = 50;

export default function CreatePage() {
  const { t } = useI18n();
  const client = useQueryClient();
  const navigate = useNavigate();
  const cards = useQuery(scorecardsQuery("active,draft"));
  const people = useQuery(reviewersQuery());
  const { form, set, forget } = useKept("calibration", EMPTY);
  const [asked, setAsked] = useState(false);
  const works = Object.keys(form.works).map(Number);
  const assessed = new Set(Object.values(form.works));
  const nameOf = (id: string) => people.data?.find((one) => String(one.id) === id)?.name ?? `#${id}`;
  const conflicts = form.reviewers.filter((id) => assessed.has(Number(id)));

  const faults = {
    name: form.name.trim() === "" ? t("calibration.create.nameMissing") : null,
    card: form.scorecardId === null ? t("calibration.create.cardMissing") : null,
    reviewers:
      form.reviewers.length < 2
        ? t("calibration.create.twoReviewers")
        : conflicts.length > 0
          ? t("calibration.create.ownWork", { names: conflicts.map(nameOf).join(", ") })
          : null,
    works: works.length === 0 ? t("calibration.create.noWork") : works.length > MOST_WORKS ? t("calibration.create.tooMuchWork", { most: MOST_WORKS }) : null,
  };
  const ready = Object.values(faults).every((fault) => fault === null);
  const shown = (fault: string | null) => (asked ? fault : null);

  const create = useMutation({
    mutationFn: () =>
      call(
        api.POST("/api/mind/quality/calibration", {
          body: {
            name: form.name.trim(),
            scorecardId: Number(form.scorecardId),
            worklogIds: works,
            reviewers: form.reviewers.map(Number),
            blind: form.blind,
            includeAi: form.includeAi,
            referenceUserId: form.reference === null ? null : Number(form.reference),
            dueBy: form.dueBy || null,
          },
        }),
      ),
    onSuccess: async (session) => {
      forget();
      await client.invalidateQueries({ queryKey: ["quality", "calibration", "list"] });
      notifications.show({ message: t("calibration.create.done") });
      void navigate(`/quality/calibration/${session.id}`);
    },
  });

  return (
    <Stack
      p={{ base: "md", sm: "lg" }} gap="md" maw={1000} mx="auto" component="form" aria-label={t("calibration.create.title")}
      onSubmit={(event) => {
        event.preventDefault();
        setAsked(true);
        if (ready) create.mutate();
      }}
    >
      <PageHead title={t("calibration.create.title")} lead={t("calibration.create.intro")} />
      <div className={classes.panel}>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
          <TextInput
            label={t("calibration.create.name")} placeholder={t("calibration.create.nameExample")} maxLength={200} data-autofocus
            value={form.name} error={shown(faults.name)} onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <Select
            label={t("calibration.create.card")} searchable value={form.scorecardId} error={shown(faults.card)}
            data={(cards.data ?? []).map((card) => ({ value: String(card.id), label: card.state === "draft" ? t("calibration.create.draftCard", { name: card.name }) : card.name }))}
            onChange={(scorecardId) => set({ scorecardId })} placeholder={t("calibration.create.cardPlaceholder")}
          />
          <MultiSelect
            label={t("calibration.create.reviewers")} description={t("calibration.create.reviewersHint")} searchable hidePickedOptions
            value={form.reviewers} error={conflicts.length > 0 ? faults.reviewers : shown(faults.reviewers)} maxValues={30}
            data={(people.data ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
            onChange={(reviewers) => set({ reviewers, reference: form.reference !== null && reviewers.includes(form.reference) ? form.reference : null })}
          />
          <Select
            label={t("calibration.create.reference")} description={t("calibration.create.referenceHint")} clearable value={form.reference}
            data={form.reviewers.map((id) => ({ value: id, label: nameOf(id) }))} onChange={(reference) => set({ reference })}
            placeholder={t("calibration.create.noReference")} clearButtonProps={{ "aria-label": t("common.clear") }}
          />
          <TextInput type="date" label={t("calibration.create.due")} value={form.dueBy} onChange={(event) => set({ dueBy: event.currentTarget.value })} />
          <Stack gap="sm" justify="flex-end">
            <Switch label={t("calibration.create.blind")} description={t("calibration.create.blindHint")} checked={form.blind} onChange={(event) => set({ blind: event.currentTarget.checked })} />
            <Switch label={t("calibration.create.includeAi")} description={t("calibration.create.includeAiHint")} checked={form.includeAi} onChange={(event) => set({ includeAi: event.currentTarget.checked })} />
          </Stack>
        </SimpleGrid>
      </div>
      <WorkPicker chosen={form.works} onChange={(chosen) => set({ works: chosen })} error={shown(faults.works)} />
      {create.error && <Alert color="red" variant="light" role="alert">{errorText(create.error, t)}</Alert>}
      <Group justify="space-between">
        <Text size="xs" c="dimmed" maw={520}>{t("calibration.create.whatHappens")}</Text>
        <Group>
          <Button variant="default" component={Link} to="/quality/calibration" onClick={forget}>{t("common.cancel")}</Button>
          <Button type="submit" loading={create.isPending}>{t("calibration.create.start")}</Button>
        </Group>
      </Group>
    </Stack>
  );
}
