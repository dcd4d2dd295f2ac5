import { Alert, Avatar, Button, Fieldset, FileButton, Group, PasswordInput, Select, SimpleGrid, Stack, Table, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { OWN_PROFILE, useMe } from "@/app/auth";
import { ApiKeys } from "./ApiKeys";
import { api, ask, changesOf, type Schemas } from "./kit/backend";
import { nameOf } from "./kit/lookups";
import { AskFirst, FormBox, FormButtons, Frame, Loaded, Mark, PageHead, When } from "./kit/pieces";
import { useDraftForm } from "./kit/useDraftForm";
import { useWords } from "./kit/words";

const STATUS = ["ticketProcessing", "break", "support", "longAbsence"] as const;
const MAX_IMAGE = 1024 * 1024;

export default function ProfilePage() {
  const { t } = useWords();
  const me = useMe();
  const client = useQueryClient();
  const again = () => Promise.all([client.invalidateQueries({ queryKey: OWN_PROFILE }), client.invalidateQueries({ queryKey: ["admin", "people"] })]);
  const initial = useMemo(() => ({
    firstName: me.profile.firstName, lastName: me.profile.lastName, phone: me.profile.phone ?? "", nameAlias: me.profile.nameAlias ?? "",
    lang: me.profile.lang, workStatus: me.settings.workStatus,
  }), [me]);
  const form = useDraftForm({
    key: "profile.own", initial,
    save: async (values) => {
      const { workStatus, phone, nameAlias, ...rest } = changesOf(initial, values);
      const body = {
        ...rest, ...(phone === undefined ? {} : { phone: phone || null }), ...(nameAlias === undefined ? {} : { nameAlias: nameAlias || null }),
        ...(workStatus ? { settings: { workStatus } } : {}),
      };
      await ask(api.PATCH("/api/mind/profile", { body: body as Schemas["OwnProfileUpdate"] }));
      await again();
      notifications.show({ message: t("admin.saved"), color: "green" });
    },
  });
  const { values, set, fault } = form;
  return (
    <Frame>
      <PageHead title={t("admin.ownProfile")} about={me.profile.email} />
      <Stack gap="md" maw={860}>
        <Picture again={again} />
        <FormBox form={form} label={t("admin.ownProfile")}>
          <Fieldset legend={t("admin.personIdentity")}>
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
              <TextInput label={t("admin.firstName")} required value={values.firstName} error={fault("firstName")} onChange={(event) => set("firstName", event.currentTarget.value)} />
              <TextInput label={t("admin.lastName")} required value={values.lastName} error={fault("lastName")} onChange={(event) => set("lastName", event.currentTarget.value)} />
              <TextInput label={t("admin.alias")} description={t("admin.aliasHint")} value={values.nameAlias} error={fault("nameAlias")} onChange={(event) => set("nameAlias", event.currentTarget.value)} />
              <TextInput label={t("admin.phone")} description={t("admin.phoneHint")} value={values.phone} error={fault("phone")} onChange={(event) => set("phone", event.currentTarget.value)} />
              <Select label={t("admin.language")} allowDeselect={false} value={values.lang} error={fault("lang")} data={[{ value: "de", label: "Deutsch" }, { value: "en", label: "English" }]}
                onChange={(value) => value && set("lang", value)} />
              <Select label={t("admin.workStatus")} allowDeselect={false} value={values.workStatus} data={STATUS.map((value) => ({ value, label: t(`admin.workStatus_${value}`) }))}
                onChange={(value) => value && set("workStatus", value as (typeof STATUS)[number])} />
            </SimpleGrid>
            <FormButtons form={form} save={t("admin.save")} />
          </Fieldset>
        </FormBox>
        <Password />
        <Sessions />
        <Fieldset legend={t("admin.ownTokens")}>
          <Text fz="sm" c="dimmed" mb="sm">{t("admin.ownTokensHint")}</Text>
          <ApiKeys profileId={me.id} mayCreate />
        </Fieldset>
      </Stack>
    </Frame>
  );
}

function Picture({ again }: { again: () => Promise<unknown> }) {
  const { t, errorText } = useWords();
  const me = useMe();
  const [problem, setProblem] = useState<string | null>(null);
  const send = async (image: string | null) => {
    setProblem(null);
    try {
      await ask(api.PATCH("/api/mind/profile", { body: { image } }));
      await again();
    } catch (error) {
      setProblem(errorText(error));
    }
  };
  const choose = (file: File | null) => {
    if (!file) return;
    if (file.size > MAX_IMAGE) {
      setProblem(t("admin.imageTooLarge"));
      return;
    }
    const reader = new FileReader();
    reader.onload = () => void send(String(reader.result).replace(/^data:[^,]*,/, ""));
    reader.readAsDataURL(file);
  };
  return (
    <Stack gap="xs">
      <Group>
        <Avatar size={64} radius="xl" src={me.profile.imageUrl} name={nameOf(me.profile)} color="initials" alt="" />
        <FileButton accept="image/png,image/jpeg" onChange={choose}>
          {(props) => <Button {...props} size="xs" variant="default">{t("admin.choosePicture")}</Button>}
        </FileButton>
        {me.profile.imageUrl && <Button size="xs" variant="subtle" color="gray" onClick={() => void send(null)}>{t("admin.remove")}</Button>}
      </Group>
      {problem && <Alert color="red" variant="light" role="alert" p="xs">{problem}</Alert>}
    </Stack>
  );
}

const NO_PASSWORD = { currentPassword: "", newPassword: "", repeated: "" };
const SECRET: (keyof typeof NO_PASSWORD)[] = ["currentPassword", "newPassword", "repeated"];

function Password() {
  const { t } = useWords();
  const client = useQueryClient();
  const [mismatch, setMismatch] = useState(false);
  const form = useDraftForm({
    key: "password.own", initial: NO_PASSWORD, secret: SECRET, codes: { weak_password: "newPassword", invalid_credentials: "currentPassword", wrong_password: "currentPassword" },
    save: async ({ currentPassword, newPassword, repeated }) => {
      setMismatch(newPassword !== repeated);
      if (newPassword !== repeated) throw new Error(t("admin.passwordMismatch"));
      await ask(api.POST("/api/auth/password/change", { body: { currentPassword, newPassword } }));
      await client.invalidateQueries({ queryKey: ["admin", "sessions"] });
      notifications.show({ message: t("admin.passwordChanged"), color: "green" });
    },
  });
  const { values, set, fault } = form;
  return (
    <FormBox form={form} done={form.reset} label={t("admin.changePassword")}>
      <Fieldset legend={t("admin.changePassword")}>
        <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
          <PasswordInput label={t("admin.currentPassword")} autoComplete="current-password" value={values.currentPassword} error={fault("currentPassword")} onChange={(event) => set("currentPassword", event.currentTarget.value)} />
          <PasswordInput label={t("admin.newPassword")} autoComplete="new-password" value={values.newPassword} error={fault("newPassword")} onChange={(event) => set("newPassword", event.currentTarget.value)} />
          <PasswordInput label={t("admin.repeatPassword")} autoComplete="new-password" value={values.repeated} error={mismatch && values.repeated !== values.newPassword}
            onChange={(event) => set("repeated", event.currentTarget.value)} />
        </SimpleGrid>
        <Text mt="xs" fz="xs" c="dimmed">{t("admin.passwordRules")}</Text>
        <FormButtons form={form} save={t("admin.changePassword")} />
      </Fieldset>
    </FormBox>
  );
}

function Sessions() {
  const { t } = useWords();
  const client = useQueryClient();
  const query = useQuery({ queryKey: ["admin", "sessions"], queryFn: () => ask(api.GET("/api/auth/sessions", { params: { query: { limit: 50 } } })) });
  const again = () => client.invalidateQueries({ queryKey: ["admin", "sessions"] });
  return (
    <Fieldset legend={t("admin.sessions")}>
      <Loaded query={query} rows={2}>
        {(answer) => (
          <>
            <Table verticalSpacing="xs" fz="sm">
              <Table.Tbody>
                {answer.sessions.map((session) => (
                  <Table.Tr key={session.id}>
                    <Table.Td>
                      <Text fz="sm" component="div">{browserOf(session.userAgent) ?? t("admin.unknownProgram")} {session.current && <Mark tone="green">{t("admin.thisOne")}</Mark>}</Text>
                      <Text fz="xs" c="dimmed">{session.ip}</Text>
                    </Table.Td>
                    <Table.Td><When at={session.lastUsedAt ?? session.createdAt} /></Table.Td>
                    <Table.Td ta="right">
                      {!session.current && (
                        <AskFirst label={t("admin.end")} title={t("admin.endSession")} confirm={t("admin.end")}
                          run={async () => { await ask(api.DELETE("/api/auth/sessions/{id}", { params: { path: { id: session.id } } })); await again(); }} />
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
            {answer.sessions.some((session) => !session.current) && (
              <AskFirst label={t("admin.endOthers")} title={t("admin.endOthers")} text={t("admin.endOthersText")} confirm={t("admin.end")} variant="default" color="gray"
                run={async () => { await ask(api.DELETE("/api/auth/sessions")); await again(); }} />
            )}
          </>
        )}
      </Loaded>
    </Fieldset>
  );
}

/** "Firefox, Linux" from the long text that browsers send; null for programs. */
function browserOf(agent: string | null): string | null {
  if (!agent) return null;
  const browser = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]].find(([mark]) => agent.includes(mark ?? ""));
  const system = [["Windows", "Windows"], ["Android", "Android"], ["iPhone", "iOS"], ["Mac OS", "macOS"], ["Linux", "Linux"]].find(([mark]) => agent.includes(mark ?? ""));
  if (!browser) return agent.slice(0, 60);
  return [browser[1], system?.[1]].filter(Boolean).join(", ");
}
