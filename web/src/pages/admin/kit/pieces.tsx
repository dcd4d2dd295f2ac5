import {
  Alert, Badge, Box, Button, Code, CopyButton, Group, MantineThemeProvider, Modal, Skeleton, Stack, Text, TextInput, Title,
} from "@mantine/core";
import { useState, type ReactNode } from "react";
import { TimeAgo } from "@/ui/TimeAgo";
import type { DraftForm } from "./useDraftForm";
import { useWords } from "./words";

/** Hints stand below their fields, so that fields side by side stay in line. */
const HINTS_BELOW = { components: { InputWrapper: { defaultProps: { inputWrapperOrder: ["label", "input", "description", "error"] } } } };

/** The room of a page of the administration. */
export function Frame({ children }: { children: ReactNode }) {
  return (
    <MantineThemeProvider inherit theme={HINTS_BELOW}>
      <Box p={{ base: "md", sm: "xl" }} maw="78rem">{children}</Box>
    </MantineThemeProvider>
  );
}

/** The head of a page of the administration: what it is for, and the one thing people mostly do here. */
export function PageHead({ title, about, action }: { title: ReactNode; about?: ReactNode; action?: ReactNode }) {
  return (
    <Group justify="space-between" align="flex-start" wrap="wrap" mb="md">
      <Box style={{ flex: "1 1 20rem", minWidth: 0 }}>
        <Title order={1} fz="h2">{title}</Title>
        {about && <Text c="dimmed" fz="sm" mt={4} maw="44rem">{about}</Text>}
      </Box>
      {action && <Group gap="xs">{action}</Group>}
    </Group>
  );
}

interface QueryLike<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** The states of something that is read: its outline, what went wrong, nothing there yet, or the thing itself. */
export function Loaded<T>({ query, rows = 6, isEmpty, empty, children }: {
  query: QueryLike<T>;
  rows?: number;
  isEmpty?: (data: T) => boolean;
  empty?: ReactNode;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) {
    return isEmpty?.(query.data) ? <>{empty}</> : <>{children(query.data)}</>;
  }
  if (query.error) return <Failure error={query.error} again={() => void query.refetch()} />;
  return (
    <Stack gap="sm" aria-busy="true">
      {Array.from({ length: rows }, (_, row) => <Skeleton key={row} height={34} radius="sm" />)}
    </Stack>
  );
}

export function Failure({ error, again }: { error: unknown; again?: () => void }) {
  const { t, errorText } = useWords();
  return (
    <Alert color="red" variant="light" title={t("admin.failureTitle")} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text fz="sm">{errorText(error)}</Text>
        {again && <Button size="xs" variant="default" onClick={again}>{t("admin.again")}</Button>}
      </Stack>
    </Alert>
  );
}

/** Nothing there: says why that is fine and what to do next. */
export function Nothing({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md" ta="center">
      <Text fw={600}>{title}</Text>
      {children && <Text c="dimmed" fz="sm" maw="32rem">{children}</Text>}
      {action}
    </Stack>
  );
}

/** A button that asks first, in a dialog that names the thing. */
export function AskFirst({ label, title, text, confirm, run, color = "red", variant = "subtle", size = "xs", disabled, extra }: {
  label: string;
  title: string;
  text?: ReactNode;
  confirm: string;
  run: () => Promise<unknown>;
  color?: string;
  variant?: string;
  size?: string;
  disabled?: boolean;
  extra?: ReactNode;
}) {
  const { t, errorText } = useWords();
  const [opened, setOpened] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const go = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await run();
      setOpened(false);
    } catch (error) {
      setProblem(errorText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button size={size} variant={variant} color={color} disabled={disabled}
        onClick={() => { setProblem(null); setOpened(true); }}>{label}</Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={title} centered
        closeButtonProps={{ "aria-label": t("admin.close") }}>
        <Stack>
          {text && <Text fz="sm">{text}</Text>}
          {extra}
          {problem && <Alert color="red" variant="light" role="alert">{problem}</Alert>}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setOpened(false)}>{t("admin.cancel")}</Button>
            <Button color={color} loading={busy} onClick={() => void go()} data-autofocus>{confirm}</Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

/** What stands above a form: that unsaved work came back, and what went wrong. */
export function FormState<T extends object>({ form }: { form: DraftForm<T> }) {
  const { t } = useWords();
  return (
    <>
      {form.restored && (
        <Alert color="yellow" variant="light" p="xs">
          <Group justify="space-between" gap="xs">
            <Text fz="sm">{t("admin.restored")}</Text>
            <Button size="compact-xs" variant="default" onClick={form.reset}>{t("admin.discard")}</Button>
          </Group>
        </Alert>
      )}
      {form.problem && <Alert color="red" variant="light" role="alert" p="xs"><Text fz="sm">{form.problem}</Text></Alert>}
    </>
  );
}

/** A form element around a draft form; Enter saves. */
export function FormBox<T extends object>({ form, done, label, children }: {
  form: DraftForm<T>;
  done?: () => void;
  label?: string;
  children: ReactNode;
}) {
  return (
    <form aria-label={label} noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void form.submit().then((ok) => ok && done?.());
      }}>
      <Stack gap="sm">
        <FormState form={form} />
        {children}
      </Stack>
    </form>
  );
}

export function FormButtons<T extends object>({ form, save, children }: {
  form: DraftForm<T>;
  save: string;
  children?: ReactNode;
}) {
  const { t } = useWords();
  return (
    <Group justify="space-between" mt="md" py="sm"
      style={form.dirty ? { position: "sticky", bottom: 0, zIndex: 2, background: "var(--desk-surface)", borderTop: "1px solid var(--desk-line)" } : undefined}>
      <Group gap="xs">{children}</Group>
      <Group gap="xs">
        {form.dirty && <Button variant="subtle" color="gray" onClick={form.reset}>{t("admin.discard")}</Button>}
        <Button type="submit" loading={form.saving} disabled={!form.dirty}>{save}</Button>
      </Group>
    </Group>
  );
}

/** A token or link that the server shows only this once. */
export function ShownOnce({ label, value, children }: { label: string; value: string; children?: ReactNode }) {
  const { t } = useWords();
  return (
    <Alert color="blue" variant="light" title={label}>
      <Stack gap="xs">
        {children && <Text fz="sm">{children}</Text>}
        <Group gap="xs" wrap="nowrap" align="flex-end">
          <TextInput value={value} readOnly aria-label={label} style={{ flex: 1 }} styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
            onFocus={(event) => event.currentTarget.select()} />
          <CopyButton value={value}>
            {({ copied, copy }) => <Button variant="default" onClick={copy}>{copied ? t("admin.copied") : t("admin.copy")}</Button>}
          </CopyButton>
        </Group>
      </Stack>
    </Alert>
  );
}

const TONES: Record<string, string> = {
  active: "green", inactive: "gray", deleted: "red", ok: "green", failed: "red", error: "red", running: "blue",
  idle: "gray", waiting: "yellow", done: "green", cancelled: "gray", queued: "yellow", expired: "gray",
};

export function Mark({ tone, children }: { tone: string; children: ReactNode }) {
  return <Badge size="sm" variant="light" radius="sm" tt="none" color={TONES[tone] ?? tone}>{children}</Badge>;
}

/** A time as people read it, with the exact one on pointing. */
export function When({ at, none }: { at: string | null | undefined; none?: string }) {
  if (!at) return <Text span fz="sm" c="dimmed">{none ?? "–"}</Text>;
  return <TimeAgo value={at} fz="sm" style={{ whiteSpace: "nowrap" }} />;
}

export function Json({ value }: { value: unknown }) {
  return <Code block fz="xs" style={{ maxHeight: "20rem", overflow: "auto" }}>{JSON.stringify(value, null, 2)}</Code>;
}
