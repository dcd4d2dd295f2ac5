import { Button, CloseButton, Menu, ScrollArea, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCheck, IconTag, IconUser, IconUserCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { api, call, type Schema } from "@/api/client";
import { usePeople, useTicketTags } from "@/api/lookups";
import { useMe } from "@/app/auth";
import { useI18n } from "@/i18n";
import { useShowError } from "@/ui/ErrorState";
import { useHotkey } from "@/ui/hotkeys";
import classes from "./Inbox.module.css";
import { useRefreshTickets, type Listed } from "./useTickets";

interface Change {
  status?: "open" | "pending" | "closed";
  assignedAgentIds?: number[];
  addTagIds?: number[];
  removeTagIds?: number[];
}

function undoOf(ticket: Listed, change: Change): Change {
  return {
    ...("status" in change && { status: ticket.status }),
    ...("assignedAgentIds" in change && { assignedAgentIds: ticket.assignedAgentIds }),
    ...("addTagIds" in change && { removeTagIds: change.addTagIds?.filter((id) => !ticket.tagIds.includes(id)) }),
  };
}

/** What can be done with several tickets at once; each change can be taken back for a while. */
export function BulkBar({ tickets, onDone }: { tickets: Listed[]; onDone: () => void }) {
  const { t } = useI18n();
  const me = useMe();
  const onError = useShowError();
  const refresh = useRefreshTickets();
  const tags = useTicketTags();
  const people = usePeople();
  const patch = useMutation({
    mutationFn: (body: (Change & { id: number })[]) =>
      call(api.PATCH("/api/mind/ticket", { body: body as Schema<"TicketUpdateItem">[], params: { query: {} } })),
    onSettled: refresh,
    onError,
  });
  const apply = async (change: Change) => {
    const before = tickets.map((ticket) => ({ id: ticket.id, ...undoOf(ticket, change) }));
    await patch.mutateAsync(tickets.map(({ id }) => ({ id, ...change })));
    const id = notifications.show({
      color: "teal",
      autoClose: 8000,
      message: (
        <>
          {t("inbox.bulkDone", { count: tickets.length })}{" "}
          <Button variant="subtle" size="compact-sm" onClick={() => {
            notifications.hide(id);
            patch.mutate(before);
          }}>{t("common.undo")}</Button>
        </>
      ),
    });
    onDone();
  };
  const run = (change: Change) => void apply(change).catch(() => undefined);
  useHotkey("a", t("inbox.keys.assignMe"), () => run({ assignedAgentIds: [me.id] }));
  useHotkey("e", t("inbox.keys.close"), () => run({ status: "closed" }));
  return (
    <div className={classes.bulk} role="toolbar" aria-label={t("common.actions")}>
      <Text size="sm" fw={600}>{t("inbox.selected", { count: tickets.length })}</Text>
      <Button size="xs" variant="default" leftSection={<IconUserCheck size={14} />} onClick={() => run({ assignedAgentIds: [me.id] })}>
        {t("inbox.assignMe")}
      </Button>
      <Pick label={t("inbox.assign")} icon={<IconUser size={14} />} choices={people.data ?? []} onPick={(id) => run({ assignedAgentIds: [id] })} />
      <Pick label={t("inbox.addTag")} icon={<IconTag size={14} />} choices={(tags.data ?? []).map((tag) => ({ id: tag.id, name: tag.fullName }))}
        onPick={(id) => run({ addTagIds: [id] })} />
      <Menu>
        <Menu.Target><Button size="xs" variant="default" leftSection={<IconCheck size={14} />}>{t("inbox.setStatus")}</Button></Menu.Target>
        <Menu.Dropdown>
          {(["open", "pending", "closed"] as const).map((status) => (
            <Menu.Item key={status} onClick={() => run({ status })}>{t(`ticket.status.${status}`)}</Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <CloseButton aria-label={t("common.clear")} onClick={onDone} />
    </div>
  );
}

function Pick(props: { label: string; icon: ReactNode; choices: { id: number; name: string }[]; onPick: (id: number) => void }) {
  const { t } = useI18n();
  const [text, setText] = useState("");
  const found = props.choices.filter((one) => one.name.toLowerCase().includes(text.toLowerCase()));
  return (
    <Menu trapFocus={false} onClose={() => setText("")}>
      <Menu.Target><Button size="xs" variant="default" leftSection={props.icon}>{props.label}</Button></Menu.Target>
      <Menu.Dropdown>
        <TextInput size="xs" mb={4} data-autofocus aria-label={t("common.search")} placeholder={t("common.search")} value={text}
          onChange={(event) => setText(event.currentTarget.value)} />
        <ScrollArea.Autosize mah={260}>
          {found.map((one) => <Menu.Item key={one.id} onClick={() => props.onPick(one.id)}>{one.name}</Menu.Item>)}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  );
}
