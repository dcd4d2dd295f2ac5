import { Button, CloseButton, Select, TextInput } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconAdjustmentsHorizontal, IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { usePeople, useTicketTags } from "@/api/lookups";
import { useI18n } from "@/i18n";
import { CHANNELS } from "@/ui/Channel";
import { useHotkey } from "@/ui/hotkeys";
import classes from "./Inbox.module.css";
import { hasFilters, type Choice } from "./views";

const TYPING_MS = 220;

export function Filters({ choice, change }: { choice: Choice; change: (next: Partial<Choice>) => void }) {
  const { t } = useI18n();
  const tags = useTicketTags();
  const people = usePeople();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(choice.q);
  const [shown, show] = useState(false);
  const small = useMediaQuery("(max-width: 56em)", false, { getInitialValueInEffect: false });
  useEffect(() => setText(choice.q), [choice.q]);
  useEffect(() => {
    if (text === choice.q) return;
    const timer = window.setTimeout(() => change({ q: text }), TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [text, choice.q, change]);
  useHotkey("/", t("inbox.keys.search"), () => field.current?.focus());
  const select = (key: "status" | "channel" | "tag" | "assignee" | "priority", data: { value: string; label: string }[], searchable = false) => (
    <Select
      key={key} className={classes.filter} size="sm" clearable searchable={searchable} aria-label={t(`inbox.${key}`)}
      placeholder={t(`inbox.${key}`)} data={data} value={choice[key]} onChange={(value) => change({ [key]: value })}
      comboboxProps={{ width: "max-content", position: "bottom-start" }} clearButtonProps={{ "aria-label": t("common.clear") }}
    />
  );
  return (
    <div className={classes.bar} role="search">
      <TextInput
        ref={field} className={classes.search} size="sm" type="search" aria-label={t("common.search")}
        placeholder={t("inbox.search")} leftSection={<IconSearch size={16} />} value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        rightSection={text && <CloseButton size="sm" aria-label={t("common.clear")} onClick={() => change({ q: "" })} />}
      />
      {small && (
        <Button size="sm" variant={hasFilters(choice) ? "light" : "default"} aria-expanded={shown} onClick={() => show(!shown)}
          leftSection={<IconAdjustmentsHorizontal size={16} />}>
          {t("inbox.filters")}
        </Button>
      )}
      {(!small || shown) && (
        <>
          {select("status", (["open", "pending", "closed"] as const).map((value) => ({ value, label: t(`ticket.status.${value}`) })))}
          {select("channel", CHANNELS.map((value) => ({ value, label: t(`ticket.channel.${value}`) })))}
          {select("tag", (tags.data ?? []).map((tag) => ({ value: String(tag.id), label: tag.fullName })), true)}
          {select("assignee", (people.data ?? []).map((person) => ({ value: String(person.id), label: person.name })), true)}
          <Select
            className={classes.filter} size="sm" aria-label={t("inbox.order")} placeholder={t("inbox.order")} clearable value={choice.order}
            clearButtonProps={{ "aria-label": t("common.clear") }}
            onChange={(value) => change({ order: value as Choice["order"] })}
            data={(["due", "newest", "oldest", "changed", ...(choice.q ? (["relevance"] as const) : [])] as const).map((value) => ({
              value, label: t(`inbox.orders.${value}`),
            }))}
          />
        </>
      )}
    </div>
  );
}
