import {
  ActionIcon, Button, Group, JsonInput, NumberInput, Select, Stack, Switch, TagsInput, Text, TextInput,
} from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import type { Schemas } from "./kit/backend";
import { useWords } from "./kit/words";

type Setting = Schemas["SettingRead"];

interface Shape {
  type?: string;
  anyOf?: Shape[];
  items?: Shape;
  properties?: Record<string, Shape>;
}

interface Props {
  setting: Setting;
  value: unknown;
  change: (value: unknown) => void;
  error?: string;
  disabled: boolean;
}

const MASK = "********";
const SECRET = /password|secret|apikey/i;

/** The input that fits the type of a setting. */
export function SettingField({ setting, value, change, error, disabled }: Props) {
  const { t } = useWords();
  const shared = { "aria-label": setting.label, error, disabled };
  switch (setting.type) {
    case "boolean":
      return <Switch {...shared} checked={Boolean(value)} onChange={(event) => change(event.currentTarget.checked)} />;
    case "integer":
    case "number":
      return (
        <NumberInput {...shared} value={typeof value === "number" ? value : ""} allowDecimal={setting.type === "number"} maw={200}
          placeholder={setting.default === null ? t("admin.notSet") : String(setting.default)}
          onChange={(next) => change(next === "" ? null : Number(next))} />
      );
    case "enum":
      return (
        <Select {...shared} allowDeselect={false} maw={360} value={value === null ? null : String(value)} data={setting.options ?? []}
          onChange={(next) => next !== null && change(next)} />
      );
    case "string":
      return (
        <TextInput {...shared} maw={480} value={typeof value === "string" ? value : ""} placeholder={setting.default === null ? t("admin.notSet") : ""}
          type={SECRET.test(setting.name) ? "password" : "text"}
          onChange={(event) => change(event.currentTarget.value === "" && setting.default === null ? null : event.currentTarget.value)} />
      );
    default: {
      const shape = unwrapped(setting.schema as Shape | null);
      if (shape?.type === "array" && shape.items?.type === "string") {
        return (
          <TagsInput {...shared} maw={480} value={Array.isArray(value) ? value.map(String) : []} onChange={change}
            placeholder={t("admin.typeAndEnter")} />
        );
      }
      const columns = shape?.type === "array" ? simple(shape.items) : null;
      if (columns) return <Rows {...{ setting, value, change, error, disabled, columns }} />;
      const fields = shape?.type === "object" ? simple(shape) : null;
      if (fields) return <Parts {...{ setting, value, change, error, disabled, fields }} />;
      return <Raw {...{ setting, value, change, error, disabled }} />;
    }
  }
}

function unwrapped(shape: Shape | null): Shape | null {
  return shape?.anyOf ? (shape.anyOf.find((one) => one.type !== "null") ?? null) : shape;
}

/** The properties of an object made of plain values only; null for anything deeper. */
function simple(shape: Shape | undefined | null): [string, string][] | null {
  const entries = Object.entries(shape?.properties ?? {});
  const plain = ["string", "integer", "number", "boolean"];
  const parts = entries.map(([name, one]): [string, string] => [name, unwrapped(one)?.type ?? ""]);
  return parts.length > 0 && parts.every(([, type]) => plain.includes(type)) ? parts : null;
}

function Cell({ name, type, value, change, disabled, label }: {
  name: string; type: string; value: unknown; change: (value: unknown) => void; disabled: boolean; label: string;
}) {
  const { t } = useWords();
  const days = ([1, 2, 3, 4, 5, 6, 7] as const).map((day) => ({ value: String(day), label: t(`admin.weekday_${day}`) }));
  if (name === "weekday") {
    return <Select aria-label={label} data={days} allowDeselect={false} disabled={disabled} value={value === undefined ? null : String(value)}
      onChange={(next) => next && change(Number(next))} />;
  }
  if (type === "boolean") {
    return <Switch aria-label={label} checked={Boolean(value)} disabled={disabled} onChange={(event) => change(event.currentTarget.checked)} />;
  }
  if (type === "integer" || type === "number") {
    return <NumberInput aria-label={label} value={typeof value === "number" ? value : ""} disabled={disabled}
      onChange={(next) => change(next === "" ? undefined : Number(next))} />;
  }
  return <TextInput aria-label={label} value={typeof value === "string" ? value : ""} disabled={disabled}
    type={SECRET.test(name) ? "password" : name === "from" || name === "to" ? (/^\d\d:\d\d$|^$/.test(String(value ?? "")) ? "time" : "text") : "text"}
    onFocus={(event) => value === MASK && event.currentTarget.select()}
    onChange={(event) => change(event.currentTarget.value)} />;
}

/** A list of like things, one in a row. */
function Rows({ setting, value, change, error, disabled, columns }: Props & { columns: [string, string][] }) {
  const { t } = useWords();
  const rows = (Array.isArray(value) ? value : []) as Record<string, unknown>[];
  return (
    <Stack gap="xs" role="group" aria-label={setting.label}>
      {rows.length > 0 && (
        <Group gap="xs" wrap="nowrap" aria-hidden>
          {columns.map(([name]) => <Text key={name} fz="xs" c="dimmed" style={{ flex: 1 }}>{wordOf(t, name)}</Text>)}
          <ActionIcon style={{ visibility: "hidden" }} aria-hidden />
        </Group>
      )}
      {rows.map((row, index) => (
        <Group key={index} gap="xs" wrap="nowrap">
          {columns.map(([name, type]) => (
            <div key={name} style={{ flex: 1, minWidth: 0 }}>
              <Cell name={name} type={type} value={row[name]} disabled={disabled} label={`${wordOf(t, name)} ${index + 1}`}
                change={(next) => change(rows.map((one, at) => (at === index ? { ...one, [name]: next } : one)))} />
            </div>
          ))}
          <ActionIcon variant="subtle" color="gray" disabled={disabled} aria-label={t("admin.removeRow", { n: index + 1 })}
            onClick={() => change(rows.filter((_, at) => at !== index))}><IconX size={16} /></ActionIcon>
        </Group>
      ))}
      {error && <Text c="red" fz="xs" role="alert">{error}</Text>}
      <Group>
        <Button size="compact-sm" variant="default" disabled={disabled}
          onClick={() => change([...rows, { ...(rows.at(-1) ?? Object.fromEntries(columns.map(([name, type]) => [name, type === "string" ? "" : type === "boolean" ? false : 1]))) }])}>
          {t("admin.addRow")}
        </Button>
      </Group>
    </Stack>
  );
}

/** One thing with a few plain parts, or nothing. */
function Parts({ setting, value, change, error, disabled, fields }: Props & { fields: [string, string][] }) {
  const { t } = useWords();
  const parts = value as Record<string, unknown> | null;
  if (parts === null || parts === undefined) {
    return <Group><Text fz="sm" c="dimmed">{t("admin.notSet")}</Text>
      <Button size="compact-sm" variant="default" disabled={disabled} onClick={() => change({})}>{t("admin.setUp")}</Button></Group>;
  }
  return (
    <Stack gap="xs" role="group" aria-label={setting.label} maw={480}>
      {fields.map(([name, type]) => (
        <Group key={name} gap="xs" wrap="nowrap">
          <Text fz="sm" w={120}>{wordOf(t, name)}</Text>
          <div style={{ flex: 1 }}>
            <Cell name={name} type={type} value={parts[name]} disabled={disabled} label={wordOf(t, name)} change={(next) => change({ ...parts, [name]: next })} />
          </div>
        </Group>
      ))}
      {error && <Text c="red" fz="xs" role="alert">{error}</Text>}
      {setting.default === null && <Group><Button size="compact-sm" variant="subtle" color="gray" disabled={disabled} onClick={() => change(null)}>{t("admin.takeAway")}</Button></Group>}
    </Stack>
  );
}

/** Anything deeper: its JSON, checked while typing. */
function Raw({ setting, value, change, error, disabled }: Props) {
  const { t } = useWords();
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  const [wrong, setWrong] = useState(false);
  useEffect(() => {
    setText((before) => {
      try {
        if (JSON.stringify(JSON.parse(before)) === JSON.stringify(value)) return before;
      } catch {
        return before;
      }
      return JSON.stringify(value, null, 2);
    });
  }, [value]);
  return (
    <JsonInput aria-label={setting.label} autosize minRows={2} maxRows={16} value={text} disabled={disabled} styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
      error={error ?? (wrong ? t("admin.notJson") : undefined)}
      onChange={(next) => {
        setText(next);
        try {
          change(JSON.parse(next));
          setWrong(false);
        } catch {
          setWrong(true);
        }
      }} />
  );
}

const WORDS = ["weekday", "from", "to", "name", "label", "description", "host", "port", "security", "username", "password", "country", "state"] as const;

function wordOf(t: ReturnType<typeof useWords>["t"], name: string): string {
  const known = WORDS.find((one) => one === name);
  return known ? t(`admin.part_${known}`) : name;
}
