import { ActionIcon, Button, Popover, Select, Stack, Text, TextInput, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconBookmarkPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, call } from "@/api/client";
import { useMay } from "@/app/auth";
import { useI18n } from "@/i18n";
import { useShowError } from "@/ui/ErrorState";
import type { Query } from "./views";

export function SaveView({ query, onSaved }: { query: Query; onSaved: (id: number) => void }) {
  const { t } = useI18n();
  const may = useMay();
  const client = useQueryClient();
  const onError = useShowError();
  const [opened, popover] = useDisclosure();
  const [name, setName] = useState("");
  const [visibility, setVisibility] = useState<"private" | "all">("private");
  const save = useMutation({
    mutationFn: () => call(api.POST("/api/mind/ticketView", { body: { name: name.trim(), visibility, ...query } as never })),
    onSuccess: async (answer) => {
      await client.invalidateQueries({ queryKey: ["ticket-views"] });
      notifications.show({ color: "teal", message: t("inbox.viewSaved") });
      popover.close();
      setName("");
      onSaved((answer as { id: number }).id);
    },
    onError,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Popover opened={opened} onChange={popover.toggle} width={300} trapFocus position="bottom-end" shadow="md">
      <Popover.Target>
        <Tooltip label={t("inbox.saveView")}>
          <ActionIcon variant="default" size={36} onClick={popover.toggle} aria-label={t("inbox.saveView")}><IconBookmarkPlus size={18} /></ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={submit}>
          <Stack gap="sm">
            <Text size="sm" c="dimmed">{t("inbox.saveViewText")}</Text>
            <TextInput label={t("inbox.viewName")} required maxLength={80} value={name} data-autofocus
              onChange={(event) => setName(event.currentTarget.value)} />
            {may("updateClientSettings") && (
              <Select label={t("inbox.visibility")} allowDeselect={false} value={visibility} comboboxProps={{ withinPortal: false }}
                onChange={(value) => setVisibility(value as "private" | "all")}
                data={(["private", "all"] as const).map((value) => ({ value, label: t(`inbox.visibilities.${value}`) }))} />
            )}
            <Button type="submit" loading={save.isPending}>{t("common.save")}</Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
