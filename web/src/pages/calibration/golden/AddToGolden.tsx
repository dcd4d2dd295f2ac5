import { Alert, Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api, call } from "@/api/client";
import { asApiError } from "@/api/errors";
import { useI18n } from "@/i18n";
import { errorText } from "@/ui/ErrorState";
import type { Assessment } from "../../quality/model/types";
import { goldenSetsQuery } from "../data";

/** From a review into a golden set of its family: the criteria that a person scored or confirmed become labels. */
export default function AddToGolden({ assessment, onClose }: { assessment: Assessment; onClose: () => void }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const found = useQuery(goldenSetsQuery(assessment.scorecardBaseId));
  const sets = found.data?.goldenSets ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const id = chosen ?? (sets[0] ? String(sets[0].id) : null);
  const add = useMutation({
    mutationFn: () =>
      call(
        api.POST("/api/mind/quality/goldenSet/{id}/item", {
          params: { path: { id: Number(id) } },
          body: { worklogId: assessment.worklogId ?? 0, fromAssessmentId: assessment.id } as never,
        }),
      ),
    onSuccess: async (item) => {
      await client.invalidateQueries({ queryKey: ["quality", "golden"] });
      notifications.show({ message: t("calibration.golden.addedLabels", { count: item.labels.length }) });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={t("calibration.golden.addHere")} closeButtonProps={{ "aria-label": t("common.close") }}>
      <Stack>
        <Text size="sm">{t("calibration.golden.addHereText")}</Text>
        {found.data && sets.length === 0 ? (
          <Alert variant="light" color="gray">{t("calibration.golden.noSetForCard")}</Alert>
        ) : (
          <Select
            label={t("calibration.golden.set")} allowDeselect={false} value={id} onChange={setChosen} disabled={!found.data}
            data={sets.map((set) => ({ value: String(set.id), label: set.name }))}
          />
        )}
        {add.error && <Alert color="red" variant="light" role="alert">{asApiError(add.error).code === "item_exists" ? t("calibration.golden.alreadyIn") : errorText(add.error, t)}</Alert>}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>{t("common.cancel")}</Button>
          {found.data && sets.length === 0 ? (
            <Button component={Link} to="/quality/golden">{t("calibration.golden.toSets")}</Button>
          ) : (
            <Button disabled={id === null} loading={add.isPending} onClick={() => add.mutate()}>{t("calibration.golden.add")}</Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
