import { Button, Checkbox, Group, Modal, Stack, TagsInput, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, call } from "@/api/client";
import { useI18n } from "@/i18n";
import { useShowError } from "@/ui/ErrorState";
import { useRefreshTicket } from "./useTicket";

export function MergeDialog({ ticketId, opened, onClose }: { ticketId: number; opened: boolean; onClose: () => void }) {
  const { t } = useI18n();
  const onError = useShowError();
  const refresh = useRefreshTicket(ticketId);
  const [numbers, setNumbers] = useState<string[]>([]);
  const [force, setForce] = useState(false);
  const merge = useMutation({
    mutationFn: () =>
      call(api.POST("/api/mind/ticket/{ticketId}/merge", {
        params: { path: { ticketId } },
        body: { sourceTicketIds: numbers.map(Number), force } as never,
      })),
    onSuccess: async () => {
      await refresh();
      notifications.show({ color: "teal", message: t("ticket.merged") });
      setNumbers([]);
      onClose();
    },
    onError,
  });
  return (
    <Modal opened={opened} onClose={onClose} title={t("ticket.mergeTitle")} closeButtonProps={{ "aria-label": t("common.close") }}>
      <Stack>
        <Text size="sm" c="dimmed">{t("ticket.mergeText")}</Text>
        <TagsInput label={t("ticket.mergeField")} data-autofocus value={numbers} acceptValueOnBlur splitChars={[",", " ", ";"]}
          onChange={(values) => setNumbers(values.map((one) => one.replace(/\D/g, "")).filter(Boolean))} />
        <Checkbox label={t("ticket.mergeForce")} checked={force} onChange={(event) => setForce(event.currentTarget.checked)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>{t("common.cancel")}</Button>
          <Button disabled={numbers.length === 0} loading={merge.isPending} onClick={() => merge.mutate()}>{t("ticket.merge")}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
