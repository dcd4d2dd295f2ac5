import { ActionIcon, Badge, Button, CloseButton, Group, Menu, Progress, ScrollArea, SegmentedControl, TagsInput, Text, Textarea, TextInput, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconChevronDown, IconPaperclip, IconSend, IconTemplate } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type RefObject } from "react";
import { api, call, upload, type Schema } from "@/api/client";
import { useMay } from "@/app/auth";
import { useI18n } from "@/i18n";
import { useShowError } from "@/ui/ErrorState";
import { useHotkey } from "@/ui/hotkeys";
import classes from "./Ticket.module.css";
import { useRefreshTicket, type Attachment, type Ticket } from "./useTicket";

type Mode = "reply" | "note";
const storageKey = (ticketId: number, mode: Mode) => `assaydesk-text-${ticketId}-${mode}`;

/** Unsent texts survive a reload of the tab. */
function useKeptText(ticketId: number, mode: Mode): [string, (text: string) => void] {
  const key = storageKey(ticketId, mode);
  const [state, setState] = useState<{ key: string; text: string }>({ key, text: sessionStorage.getItem(key) ?? "" });
  const text = state.key === key ? state.text : (sessionStorage.getItem(key) ?? "");
  return [
    text,
    (next) => {
      if (next) sessionStorage.setItem(key, next);
      else sessionStorage.removeItem(key);
      setState({ key, text: next });
    },
  ];
}

interface Props {
  ticket: Ticket;
  /** Hears the reply as it is written; nothing while a note is. */
  onDraft: (text: string) => void;
  /** Is given the way to select words of the reply. */
  shown: RefObject<(quote: string) => void>;
}

export function Composer({ ticket, onDraft, shown }: Props) {
  const { t } = useI18n();
  const may = useMay();
  const onError = useShowError();
  const refresh = useRefreshTicket(ticket.id);
  const [mode, setMode] = useState<Mode>("reply");
  const [text, setText] = useKeptText(ticket.id, mode);
  const [to, setTo] = useState<string[]>(ticket.replyRecipients?.to ?? []);
  const [cc, setCc] = useState<string[]>(ticket.replyRecipients?.cc ?? []);
  const [withCc, setWithCc] = useState(cc.length > 0);
  const [files, setFiles] = useState<Attachment[]>([]);
  const [progress, setProgress] = useState<number | null>(null);
  const [templateId, setTemplateId] = useState<number | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const direct = may("sendWithoutApproval");
  const mailed = !["chat", "system"].includes(ticket.channel);

  useEffect(() => {
    setTo(ticket.replyRecipients?.to ?? []);
    setCc(ticket.replyRecipients?.cc ?? []);
    setFiles([]);
    setTemplateId(null);
    // Only another ticket resets what somebody has begun to write.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [ticket.id]);

  const written = mode === "reply" ? text : "";
  useEffect(() => onDraft(written), [onDraft, written]);
  shown.current = (quote) => {
    // The draft that was checked may have moved since; what was quoted is looked up again.
    const start = text.replace(/\s/g, " ").indexOf(quote.replace(/\s/g, " "));
    if (start < 0) return;
    field.current?.focus();
    field.current?.setSelectionRange(start, start + quote.length);
  };

  const send = useMutation({
    mutationFn: (options: { close?: boolean; draft?: boolean }) =>
      call(api.POST("/api/mind/ticket/{ticketId}/conversation/reply", {
        params: { path: { ticketId: ticket.id } },
        body: {
          body: text,
          type: "text",
          private: mode === "note",
          attachments: files.map(({ id }) => ({ id })),
          ...(mode === "reply" && {
            ...(mailed && { to, cc }),
            isDraft: options.draft ?? false,
            ...(options.close && direct && { status: "closed" }),
            ...(templateId !== null && { templateId }),
          }),
        } as never,
      })),
    onSuccess: async (answer, options) => {
      setText("");
      setFiles([]);
      setTemplateId(null);
      const stored = (answer as { conversation: { isDraft: boolean } }).conversation.isDraft;
      const said = mode === "note" ? "noted" : stored ? "drafted" : options.close ? "closedToo" : "sent";
      notifications.show({ color: "teal", message: t(`ticket.${said}`) });
      await refresh();
    },
    onError,
  });

  const attach = async (list: FileList | null) => {
    for (const file of [...(list ?? [])]) { // The list itself empties when the field is reset.
      try {
        setProgress(0);
        const stored = await upload<Attachment>("/api/mind/attachment", file, setProgress);
        setFiles((before) => [...before, stored]);
      } catch (error) {
        onError(error);
      } finally {
        setProgress(null);
      }
    }
  };

  const open = (next: Mode) => {
    setMode(next);
    field.current?.focus(); // At once: what is typed next must not be taken for keys of the page.
  };
  const ready = (text.trim() !== "" || files.length > 0) && !send.isPending;
  useHotkey("r", t("ticket.keys.reply"), () => open("reply"));
  useHotkey("m", t("ticket.keys.note"), () => open("note"));
  useHotkey("mod+Enter", t("ticket.keys.send"), () => ready && send.mutate({}), { inFields: true });

  return (
    <section className={classes.composer} data-mode={mode} aria-label={t("ticket.composer")}>
      <Group justify="space-between" gap="xs" mb={8}>
        <SegmentedControl size="xs" value={mode} onChange={(value) => setMode(value as Mode)} aria-label={t("ticket.composer")}
          data={[{ value: "reply", label: t("ticket.reply") }, { value: "note", label: t("ticket.noteTab") }]} />
        {mode === "reply" && mailed && !withCc && (
          <Button size="compact-xs" variant="subtle" onClick={() => setWithCc(true)}>{t("ticket.addCc")}</Button>
        )}
      </Group>
      {mode === "reply" && mailed && (
        <Group gap="xs" mb={8} grow preventGrowOverflow={false}>
          <TagsInput size="xs" label={t("ticket.recipients")} value={to} onChange={setTo} splitChars={[",", ";", " "]} acceptValueOnBlur
            classNames={{ root: classes.recipients, label: classes.inlineLabel }} />
          {withCc && (
            <TagsInput size="xs" label={t("ticket.ccField")} value={cc} onChange={setCc} splitChars={[",", ";", " "]} acceptValueOnBlur
              classNames={{ root: classes.recipients, label: classes.inlineLabel }} />
          )}
        </Group>
      )}
      <Textarea
        ref={field} autosize minRows={3} maxRows={14} aria-label={mode === "reply" ? t("ticket.reply") : t("ticket.noteTab")}
        placeholder={mode === "reply" ? t("ticket.writeReply") : t("ticket.writeNote")} value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onPaste={(event) => event.clipboardData.files.length > 0 && void attach(event.clipboardData.files)}
      />
      {(files.length > 0 || progress !== null) && (
        <Group gap="xs" mt={8}>
          {files.map((file) => (
            <Badge key={file.id} variant="default" size="lg" tt="none" fw={500} rightSection={
              <CloseButton size="xs" aria-label={t("ticket.removeAttachment", { name: file.name })}
                onClick={() => setFiles((before) => before.filter(({ id }) => id !== file.id))} />
            }>{file.name}</Badge>
          ))}
          {progress !== null && <Progress value={progress * 100} w={120} aria-label={t("ticket.attach")} />}
        </Group>
      )}
      <Group justify="space-between" mt="sm" gap="xs">
        <Group gap={4}>
          {mode === "reply" && may("readTemplates", "manageTemplates") && (
            <TemplateMenu ticket={ticket} onPick={(id, filled) => {
              setTemplateId(id);
              setText(text.trim() ? `${text.trimEnd()}\n\n${filled}` : filled);
              field.current?.focus();
            }} />
          )}
          <input ref={picker} type="file" multiple hidden onChange={(event) => {
            void attach(event.currentTarget.files);
            event.currentTarget.value = "";
          }} />
          <Tooltip label={t("ticket.attach")}>
            <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("ticket.attach")} onClick={() => picker.current?.click()}>
              <IconPaperclip size={18} />
            </ActionIcon>
          </Tooltip>
        </Group>
        {mode === "note" ? (
          <Button color="yellow" disabled={!ready} loading={send.isPending} onClick={() => send.mutate({})}>{t("ticket.saveNote")}</Button>
        ) : direct ? (
          <Group gap={0} wrap="nowrap">
            <Button className={classes.sendMain} leftSection={<IconSend size={16} />} disabled={!ready} loading={send.isPending}
              onClick={() => send.mutate({})}>{t("ticket.send")}</Button>
            <Menu position="top-end">
              <Menu.Target>
                <ActionIcon className={classes.sendMore} size={36} variant="filled" disabled={!ready} aria-label={t("ticket.more")}><IconChevronDown size={16} /></ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => send.mutate({ close: true })}>{t("ticket.sendClose")}</Menu.Item>
                <Menu.Item onClick={() => send.mutate({ draft: true })}>{t("ticket.saveDraft")}</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </Group>
        ) : (
          <Button disabled={!ready} loading={send.isPending} onClick={() => send.mutate({ draft: true })}>{t("ticket.saveDraft")}</Button>
        )}
      </Group>
    </section>
  );
}

function TemplateMenu({ ticket, onPick }: { ticket: Ticket; onPick: (id: number, text: string) => void }) {
  const { t } = useI18n();
  const onError = useShowError();
  const [opened, setOpened] = useState(false);
  const [query, setQuery] = useState("");
  const list = useQuery({
    queryKey: ["templates", "composer"],
    queryFn: async () => (await call(api.GET("/api/mind/template", { params: { query: { limit: 200 } } }))).templates as Schema<"TemplateRead">[],
    enabled: opened,
    staleTime: 300_000,
  });
  const fill = useMutation({
    mutationFn: async (template: Schema<"TemplateRead">) => {
      const answer = await call(api.POST("/api/mind/template/preview", { body: { templateText: template.message, ticketId: ticket.id } }));
      return { id: template.id, text: plainOf(answer.preview) };
    },
    onSuccess: ({ id, text }) => onPick(id, text),
    onError,
  });
  useHotkey("t", t("ticket.keys.templates"), () => setOpened(true));
  const wanted = query.toLowerCase();
  const language = (ticket.languageCode ?? "").slice(0, 2);
  const found = (list.data ?? [])
    .filter((one) => `${one.description} ${one.message}`.toLowerCase().includes(wanted))
    .toSorted((one, other) => fits(other, ticket, language) - fits(one, ticket, language));
  return (
    <Menu opened={opened} onChange={setOpened} position="top-start" width={360} trapFocus={false} onClose={() => setQuery("")}>
      <Menu.Target>
        <Button variant="subtle" color="gray" size="sm" leftSection={<IconTemplate size={16} />} loading={fill.isPending}>{t("ticket.templates")}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <TextInput size="xs" mb={4} data-autofocus aria-label={t("ticket.templateSearch")} placeholder={t("ticket.templateSearch")} value={query}
          onChange={(event) => setQuery(event.currentTarget.value)} />
        <ScrollArea.Autosize mah={320}>
          {found.map((one) => (
            <Menu.Item key={one.id} onClick={() => fill.mutate(one)}>
              <Text size="sm" fw={500}>{one.description}</Text>
              <Text size="xs" c="dimmed" lineClamp={1}>{plainOf(one.message)}</Text>
            </Menu.Item>
          ))}
          {list.isSuccess && found.length === 0 && <Text size="sm" c="dimmed" p="xs">{t("ticket.noTemplates")}</Text>}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Templates of the ticket's tags stand first, then those in its language. */
function fits(template: Schema<"TemplateRead">, ticket: Ticket, language: string): number {
  return (template.tagId !== null && ticket.tagIds.includes(template.tagId) ? 2 : 0) + (template.language === language ? 1 : 0);
}

function plainOf(html: string): string {
  if (!/<[a-z/!]/i.test(html)) return html;
  const marked = html.replace(/<br\s*\/?>/gi, "\n").replace(/<\/(p|div|li|h\d)>/gi, "\n\n");
  const text = new DOMParser().parseFromString(marked, "text/html").body.textContent ?? "";
  return text.replace(/\n{3,}/g, "\n\n").trim();
}
