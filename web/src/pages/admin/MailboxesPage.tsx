import {
  Anchor, Alert, Button, Drawer, Fieldset, Group, NumberInput, PasswordInput, Select, SimpleGrid, Stack, Switch, Table, Tabs, TagsInput, Text, TextInput,
} from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { useMay } from "@/app/auth";
import { api, ask, type Schemas } from "./kit/backend";
import { TagsField } from "./kit/fields";
import { CHANNELS, useTeamChoices, type Channel } from "./kit/lookups";
import { AskFirst, FormBox, FormButtons, Frame, Loaded, Mark, Nothing, PageHead, When } from "./kit/pieces";
import { useDraftForm } from "./kit/useDraftForm";
import { useWords } from "./kit/words";

type Box = Schemas["SubchannelRead"];

interface Server {
  host?: string;
  port?: number;
  security?: string;
  username?: string;
  password?: string;
  [key: string]: unknown;
}

interface Data {
  address?: string;
  phoneNumber?: string;
  aliases?: string[];
  senderName?: string;
  method?: string;
  imap?: Server & { folder?: string; afterFetch?: string; moveTo?: string; pollSeconds?: number };
  smtp?: Server & { sentFolder?: string | null };
  signatureName?: string;
  defaultTagIds?: number[];
  defaultTeamId?: number | null;
  language?: string | null;
  [key: string]: unknown;
}

export default function MailboxesPage() {
  const { t } = useWords();
  const may = useMay();
  const [chosen, setChosen] = useState<Box | "new" | null>(null);
  const query = useQuery({
    queryKey: ["admin", "subchannels"],
    queryFn: () => ask(api.GET("/api/mind/settings/subchannel", { params: { query: { limit: 200 } } })),
  });
  const add = may("manageSubchannels") && <Button onClick={() => setChosen("new")}>{t("admin.addMailbox")}</Button>;
  const current = chosen && chosen !== "new" ? (query.data?.subchannels.find((one) => one.id === chosen.id) ?? chosen) : chosen;
  return (
    <Frame>
      <PageHead title={t("admin.mailboxes")} about={t("admin.mailboxesAbout")} action={add} />
      <Loaded query={query} isEmpty={(answer) => answer.subchannels.length === 0} empty={<Nothing title={t("admin.noMailboxes")} action={add}>{t("admin.noMailboxesHint")}</Nothing>}>
        {(answer) => (
          <Table.ScrollContainer minWidth={640}>
            <Table highlightOnHover verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("admin.name")}</Table.Th><Table.Th>{t("admin.channel")}</Table.Th><Table.Th>{t("admin.connection")}</Table.Th><Table.Th>{t("admin.state")}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {[...answer.subchannels].sort((a, b) => Number(b.channel === "email") - Number(a.channel === "email")).map((box) => {
                  const data = box.data as Data;
                  return (
                    <Table.Tr key={box.id}>
                      <Table.Td>
                        <Anchor component="button" type="button" ta="start" fz="sm" fw={500} onClick={() => setChosen(box)}>{box.name}</Anchor>
                        <Text fz="xs" c="dimmed">{data.address ?? data.phoneNumber}</Text>
                      </Table.Td>
                      <Table.Td fz="sm">{t(`admin.channel_${box.channel}`)} {box.isDefault && <Mark tone="blue">{t("admin.default")}</Mark>}</Table.Td>
                      <Table.Td fz="sm" c={box.channel === "email" && !data.imap?.host ? "dimmed" : undefined}>
                        {box.channel !== "email" ? "–" : data.imap?.host ?? t("admin.notConnected")}
                      </Table.Td>
                      <Table.Td><Mark tone={box.enabled ? "green" : "gray"}>{box.enabled ? t("admin.on") : t("admin.off")}</Mark></Table.Td>
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Loaded>
      <Drawer opened={current !== null} onClose={() => setChosen(null)} position="right" size="xl"
        title={current === "new" ? t("admin.addMailbox") : current?.name} closeButtonProps={{ "aria-label": t("admin.close") }}>
        {current && (current === "new"
          ? <BoxForm box={null} close={() => setChosen(null)} />
          : (
            <Tabs defaultValue="setup" keepMounted={false}>
              <Tabs.List mb="md">
                <Tabs.Tab value="setup">{t("admin.setup")}</Tabs.Tab>
                {current.channel === "email" && may("manageSubchannels") && <Tabs.Tab value="log">{t("admin.checkAndLog")}</Tabs.Tab>}
              </Tabs.List>
              <Tabs.Panel value="setup"><BoxForm box={current} close={() => setChosen(null)} /></Tabs.Panel>
              <Tabs.Panel value="log"><CheckAndLog box={current} /></Tabs.Panel>
            </Tabs>
          ))}
      </Drawer>
    </Frame>
  );
}

const SECRET: ("imapPassword" | "smtpPassword")[] = ["imapPassword", "smtpPassword"];
const SECURITY = ["tls", "starttls", "none"] as const;

function valuesOf(box: Box | null) {
  const data = (box?.data ?? {}) as Data;
  return {
    name: box?.name ?? "", channel: box?.channel ?? ("email" as Channel), isDefault: box?.isDefault ?? false, enabled: box?.enabled ?? true,
    address: data.address ?? "", phoneNumber: data.phoneNumber ?? "", aliases: data.aliases ?? [], senderName: data.senderName ?? "", method: data.method ?? "imap",
    imapHost: data.imap?.host ?? "", imapPort: data.imap?.port ?? 993, imapSecurity: data.imap?.security ?? "tls", imapUser: data.imap?.username ?? "",
    imapPassword: data.imap?.password ?? "", folder: data.imap?.folder ?? "INBOX", afterFetch: data.imap?.afterFetch ?? "seen", moveTo: data.imap?.moveTo ?? "",
    pollSeconds: data.imap?.pollSeconds ?? 60,
    smtpHost: data.smtp?.host ?? "", smtpPort: data.smtp?.port ?? 465, smtpSecurity: data.smtp?.security ?? "tls", smtpUser: data.smtp?.username ?? "",
    smtpPassword: data.smtp?.password ?? "", sentFolder: data.smtp?.sentFolder === undefined ? "Sent" : (data.smtp.sentFolder ?? ""),
    defaultTagIds: data.defaultTagIds ?? [], defaultTeamId: data.defaultTeamId ?? null, language: data.language ?? null,
  };
}

function BoxForm({ box, close }: { box: Box | null; close: () => void }) {
  const { t } = useWords();
  const may = useMay();
  const client = useQueryClient();
  const teams = useTeamChoices();
  const editable = may("manageSubchannels");
  const initial = useMemo(() => valuesOf(box), [box]);
  const again = () => client.invalidateQueries({ queryKey: ["admin", "subchannels"] });
  const form = useDraftForm({
    key: `mailbox.${box?.id ?? "new"}`, initial, secret: SECRET, codes: { address_taken: "address", name_taken: "name" },
    save: async (values) => {
      const old = (box?.data ?? {}) as Data;
      const data: Data = { ...old };
      if (values.channel === "email") {
        Object.assign(data, {
          address: values.address.trim(), aliases: values.aliases, senderName: values.senderName.trim() || undefined, method: values.method,
          defaultTagIds: values.defaultTagIds, defaultTeamId: values.defaultTeamId, language: values.language,
        });
        if (values.method === "imap" && values.imapHost.trim()) {
          data.imap = {
            ...old.imap, host: values.imapHost.trim(), port: values.imapPort, security: values.imapSecurity, username: values.imapUser.trim(),
            ...(values.imapPassword ? { password: values.imapPassword } : {}), folder: values.folder, afterFetch: values.afterFetch,
            ...(values.afterFetch === "move" ? { moveTo: values.moveTo } : {}), pollSeconds: values.pollSeconds,
          };
        }
        if (values.smtpHost.trim()) {
          data.smtp = {
            ...old.smtp, host: values.smtpHost.trim(), port: values.smtpPort, security: values.smtpSecurity, username: values.smtpUser.trim(),
            ...(values.smtpPassword ? { password: values.smtpPassword } : {}), sentFolder: values.sentFolder.trim() || null,
          };
        }
      } else if (values.channel === "phone" && values.phoneNumber.trim()) data.phoneNumber = values.phoneNumber.trim();
      // An emptied field is named with null, so that the server forgets it; one that never was is not named.
      for (const key of Object.keys(data)) if (data[key] === undefined || data[key] === null) if (key in old) data[key] = null; else delete data[key];
      const body = { name: values.name.trim(), channel: values.channel, isDefault: values.isDefault, enabled: values.enabled, data };
      if (box) await ask(api.PATCH("/api/mind/settings/subchannel/{id}", { params: { path: { id: box.id } }, body: body as Schemas["SubchannelUpdate"] }));
      else await ask(api.POST("/api/mind/settings/subchannel", { body: body as Schemas["SubchannelCreate"] }));
      await again();
      notifications.show({ message: t("admin.saved"), color: "green" });
    },
  });
  const { values, set, fault } = form;
  const mail = values.channel === "email";
  const server = (kind: "imap" | "smtp") => (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      <TextInput label={t("admin.host")} placeholder={`${kind}.example.com`} value={values[`${kind}Host`]} error={fault(`${kind}.host`)} disabled={!editable}
        onChange={(event) => set(`${kind}Host`, event.currentTarget.value)} />
      <Group grow align="flex-start">
        <NumberInput label={t("admin.port")} min={1} max={65535} allowDecimal={false} hideControls value={values[`${kind}Port`]} error={fault(`${kind}.port`)} disabled={!editable}
          onChange={(value) => set(`${kind}Port`, Number(value))} />
        <Select label={t("admin.security")} allowDeselect={false} disabled={!editable} value={values[`${kind}Security`]} error={fault(`${kind}.security`)}
          data={SECURITY.map((value) => ({ value, label: t(`admin.security_${value}`) }))} onChange={(value) => value && set(`${kind}Security`, value)} />
      </Group>
      <TextInput label={t("admin.username")} autoComplete="off" value={values[`${kind}User`]} error={fault(`${kind}.username`)} disabled={!editable}
        onChange={(event) => set(`${kind}User`, event.currentTarget.value)} />
      <PasswordInput label={t("admin.password")} autoComplete="new-password" value={values[`${kind}Password`]} error={fault(`${kind}.password`)} disabled={!editable}
        onFocus={(event) => event.currentTarget.select()} onChange={(event) => set(`${kind}Password`, event.currentTarget.value)} />
    </SimpleGrid>
  );
  return (
    <FormBox form={form} label={box?.name ?? t("admin.addMailbox")} done={() => { if (!box) { form.reset(); close(); } }}>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <TextInput label={t("admin.name")} required value={values.name} error={fault("name")} disabled={!editable} data-autofocus onChange={(event) => set("name", event.currentTarget.value)} />
        <Select label={t("admin.channel")} allowDeselect={false} disabled={!editable || Boolean(box)} value={values.channel}
          data={CHANNELS.map((value) => ({ value, label: t(`admin.channel_${value}`) }))} onChange={(value) => value && set("channel", value as Channel)} />
        {mail && <TextInput label={t("admin.address")} type="email" required value={values.address} error={fault("address")} disabled={!editable} onChange={(event) => set("address", event.currentTarget.value)} />}
        {mail && <TextInput label={t("admin.senderName")} value={values.senderName} error={fault("senderName")} disabled={!editable} onChange={(event) => set("senderName", event.currentTarget.value)} />}
        {values.channel === "phone" && <TextInput label={t("admin.phone")} value={values.phoneNumber} error={fault("phoneNumber")} disabled={!editable} onChange={(event) => set("phoneNumber", event.currentTarget.value)} />}
      </SimpleGrid>
      <Group gap="xl">
        <Switch label={t("admin.enabled")} checked={values.enabled} disabled={!editable} onChange={(event) => set("enabled", event.currentTarget.checked)} />
        <Switch label={t("admin.defaultOfChannel")} checked={values.isDefault} disabled={!editable} onChange={(event) => set("isDefault", event.currentTarget.checked)} />
      </Group>
      {mail && (
        <>
          <TagsInput label={t("admin.aliases")} description={t("admin.aliasesHint")} value={values.aliases} disabled={!editable} error={fault("aliases")} onChange={(value) => set("aliases", value)} />
          <Select label={t("admin.method")} allowDeselect={false} disabled={!editable} value={values.method} error={fault("method")}
            data={[{ value: "imap", label: t("admin.method_imap") }, { value: "api", label: t("admin.method_api") }]} onChange={(value) => value && set("method", value)} />
          {values.method === "imap" && (
            <Fieldset legend={t("admin.incoming")}>
              {server("imap")}
              <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm" mt="sm">
                <TextInput label={t("admin.folder")} value={values.folder} error={fault("folder")} disabled={!editable} onChange={(event) => set("folder", event.currentTarget.value)} />
                <Select label={t("admin.afterFetch")} allowDeselect={false} disabled={!editable} value={values.afterFetch}
                  data={(["seen", "move", "delete"] as const).map((value) => ({ value, label: t(`admin.afterFetch_${value}`) }))} onChange={(value) => value && set("afterFetch", value)} />
                {values.afterFetch === "move"
                  ? <TextInput label={t("admin.moveToFolder")} value={values.moveTo} error={fault("moveTo")} disabled={!editable} onChange={(event) => set("moveTo", event.currentTarget.value)} />
                  : <NumberInput label={t("admin.pollSeconds")} min={10} allowDecimal={false} value={values.pollSeconds} error={fault("pollSeconds")} disabled={!editable} onChange={(value) => set("pollSeconds", Number(value))} />}
              </SimpleGrid>
              <Text mt="xs" fz="xs" c="dimmed">{t("admin.incomingHint")}</Text>
            </Fieldset>
          )}
          <Fieldset legend={t("admin.outgoing")}>
            {server("smtp")}
            <TextInput mt="sm" label={t("admin.sentFolder")} description={t("admin.sentFolderHint")} value={values.sentFolder} disabled={!editable} error={fault("sentFolder")}
              onChange={(event) => set("sentFolder", event.currentTarget.value)} />
          </Fieldset>
          <Fieldset legend={t("admin.newTickets")}>
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
              <TagsField label={t("admin.tags")} ids={values.defaultTagIds} disabled={!editable} change={(ids) => set("defaultTagIds", ids)} error={fault("defaultTagIds")} />
              <Select label={t("admin.team")} clearable data={teams} disabled={!editable} value={values.defaultTeamId ? String(values.defaultTeamId) : null}
                onChange={(value) => set("defaultTeamId", value ? Number(value) : null)} />
            </SimpleGrid>
          </Fieldset>
        </>
      )}
      {editable && (
        <FormButtons form={form} save={box ? t("admin.save") : t("admin.addMailbox")}>
          {box && (
            <AskFirst label={t("admin.remove")} title={t("admin.removeMailboxTitle", { name: box.name })} text={t("admin.removeMailboxText")} confirm={t("admin.remove")}
              run={async () => { await ask(api.DELETE("/api/mind/settings/subchannel/{id}", { params: { path: { id: box.id } } })); await again(); close(); }} />
          )}
        </FormButtons>
      )}
    </FormBox>
  );
}

function CheckAndLog({ box }: { box: Box }) {
  const { t, errorText } = useWords();
  const client = useQueryClient();
  const [sendTo, setSendTo] = useState("");
  const path = { id: box.id };
  const key = ["admin", "subchannelLog", box.id];
  const log = useQuery({ queryKey: key, queryFn: () => ask(api.GET("/api/mind/settings/subchannel/{id}/log", { params: { path } })) });
  const again = () => client.invalidateQueries({ queryKey: key });
  const check = useMutation({
    mutationFn: () => ask(api.POST("/api/mind/settings/subchannel/{id}/test", { params: { path }, body: { sendTo: sendTo.trim() || null } })),
    onSettled: again,
  });
  const fetching = useMutation({
    mutationFn: () => ask(api.POST("/api/mind/settings/subchannel/{id}/fetch", { params: { path } })),
    onSettled: again,
  });
  return (
    <Stack>
      <Group align="flex-end">
        <TextInput type="email" label={t("admin.testMailTo")} description={t("admin.testMailToHint")} value={sendTo} style={{ flex: 1 }} onChange={(event) => setSendTo(event.currentTarget.value)} />
        <Button variant="default" loading={check.isPending} onClick={() => check.mutate()}>{t("admin.check")}</Button>
        <Button variant="default" loading={fetching.isPending} onClick={() => fetching.mutate()}>{t("admin.fetchNow")}</Button>
      </Group>
      {check.error && <Alert color="red" variant="light" role="alert">{errorText(check.error)}</Alert>}
      {fetching.error && <Alert color="red" variant="light" role="alert">{errorText(fetching.error)}</Alert>}
      {fetching.data && (
        <Alert color="green" variant="light" role="status">
          {t("admin.fetchResult", { fetched: fetching.data.fetched, created: fetching.data.created, appended: fetching.data.appended, skipped: fetching.data.skipped })}
        </Alert>
      )}
      {check.data && (
        <Stack gap={4} role="status">
          {check.data.checks.length === 0 && <Text fz="sm" c="dimmed">{t("admin.nothingToCheck")}</Text>}
          {check.data.checks.map((one) => (
            <Group key={one.name} gap="xs" wrap="nowrap" align="flex-start">
              {one.ok ? <IconCheck size={18} color="var(--mantine-color-green-6)" aria-label={t("admin.ok")} /> : <IconX size={18} color="var(--mantine-color-red-6)" aria-label={t("admin.failed")} />}
              <Text fz="sm"><b>{one.name}</b> {one.message}</Text>
            </Group>
          ))}
        </Stack>
      )}
      <Text component="h3" fw={600} m={0}>{t("admin.log")}</Text>
      <Loaded query={log} rows={4} isEmpty={(answer) => answer.log.length === 0} empty={<Nothing title={t("admin.noLog")}>{t("admin.noLogHint")}</Nothing>}>
        {(answer) => (
          <Table verticalSpacing={4} fz="sm">
            <Table.Tbody>
              {answer.log.map((one) => (
                <Table.Tr key={one.id}>
                  <Table.Td><When at={one.at} /></Table.Td>
                  <Table.Td><Mark tone={one.ok ? "ok" : "failed"}>{one.kind}</Mark></Table.Td>
                  <Table.Td>{one.message}</Table.Td>
                  <Table.Td>{one.ticketId && <Link to={`/ticket/${one.ticketId}`}>#{one.ticketId}</Link>}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Loaded>
    </Stack>
  );
}
