import { Modal, ScrollArea, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { IconArrowRight, IconSearch, IconTicket } from "@tabler/icons-react";
import { useEffect, useState, type KeyboardEvent } from "react";
import { useNavigate } from "react-router";
import { useI18n } from "@/i18n";
import type { Page } from "./pages";
import classes from "./Commands.module.css";

/** Ctrl K: go to a page by its name, or to a ticket by its number. */
export function Commands({ opened, onClose, pages }: { opened: boolean; onClose: () => void; pages: readonly Page[] }) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const [query, setQuery] = useState("");
  const [chosen, choose] = useState(0);
  useEffect(() => {
    if (opened) setQuery("");
  }, [opened]);
  useEffect(() => choose(0), [query]);
  const wanted = query.trim().toLowerCase();
  const number = /^#?(\d{1,15})$/.exec(wanted)?.[1];
  const entries = [
    ...(number ? [{ label: t("shell.openTicket", { id: number }), to: `/ticket/${number}`, Icon: IconTicket }] : []),
    ...pages
      .filter((page) => page.nav && t(page.title).toLowerCase().includes(wanted))
      .map((page) => ({ label: t(page.title), to: page.path, Icon: page.nav!.icon })),
  ];
  const go = (index: number) => {
    const entry = entries[index];
    if (!entry) return;
    onClose();
    void navigate(entry.to);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : entries.length - 1;
      choose((chosen + step) % Math.max(1, entries.length));
    }
    if (event.key === "Enter") go(chosen);
  };
  return (
    <Modal opened={opened} onClose={onClose} withCloseButton={false} padding={0} yOffset="12vh" centered={false} size={560}
      attributes={{ content: { "aria-label": t("shell.openCommands") } }}>
      <TextInput
        data-autofocus size="lg" variant="unstyled" px="md" leftSection={<IconSearch size={18} />} role="combobox"
        aria-expanded aria-controls="command-list" aria-label={t("shell.openCommands")} placeholder={t("shell.commands")}
        value={query} onChange={(event) => setQuery(event.currentTarget.value)} onKeyDown={onKey}
      />
      <ScrollArea.Autosize mah={360}>
        <Stack gap={0} p="xs" pt={0} id="command-list" role="listbox" aria-label={t("shell.openCommands")}>
          {entries.map(({ label, Icon, to }, index) => (
            <UnstyledButton key={to} role="option" aria-selected={index === chosen} className={classes.entry}
              onMouseMove={() => choose(index)} onClick={() => go(index)}>
              <Icon size={18} aria-hidden /><Text span size="sm" flex={1}>{label}</Text>
              {index === chosen && <IconArrowRight size={16} aria-hidden />}
            </UnstyledButton>
          ))}
          {entries.length === 0 && <Text c="dimmed" size="sm" p="sm">{t("shell.commandsEmpty")}</Text>}
        </Stack>
      </ScrollArea.Autosize>
    </Modal>
  );
}
