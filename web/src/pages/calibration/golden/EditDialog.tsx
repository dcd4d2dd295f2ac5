import { Alert, Button, Group, Modal, NumberInput, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, call } from "@/api/client";
import { useI18n } from "@/i18n";
import { errorText } from "@/ui/ErrorState";
import type { GoldenSet } from "../data";

export function EditDialog({ set, onClose }: { set: GoldenSet; onClose: () => void }) {
  const { t, language } = useI18n();
  const client = useQueryClient();
  const [name, setName] = useState(set.name);
  const [description, setDescription] = useState(set.description);
  const [kappa, setKappa] = useState<number | string>(set.minKappa ?? "");
  const save = useMutation({
    mutationFn: () =>
      call(
        api.PATCH("/api/mind/quality/goldenSet/{id}", {
          params: { path: { id: set.id }, header: { "If-Unmodified-Since-Version": String(set.version) } },
          body: { name: name.trim(), description, minKappa: typeof kappa === "number" ? kappa : null } as never,
        }),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["quality", "golden"] });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={t("calibration.golden.edit")} closeButtonProps={{ "aria-label": t("common.close") }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) save.mutate();
        }}
      >
        <Stack>
          <TextInput label={t("calibration.golden.name")} required maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
          <Textarea label={t("calibration.golden.description")} autosize minRows={2} maxRows={6} maxLength={4000} value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
          <NumberInput
            label={t("calibration.golden.minKappa")} description={t("calibration.golden.minKappaHint")} min={-1} max={1} step={0.05} decimalScale={2}
            decimalSeparator={language === "de" ? "," : "."} value={kappa} onChange={setKappa}
          />
          {save.error && <Alert color="red" variant="light" role="alert">{errorText(save.error, t)}</Alert>}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>{t("common.cancel")}</Button>
            <Button type="submit" loading={save.isPending}>{t("common.save")}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
