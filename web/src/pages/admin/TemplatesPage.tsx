import {
  Alert, Box, Button, Code, Grid, Group, NumberInput, Select, Stack, Switch, Tabs, Text, Textarea, TextInput, UnstyledButton, MultiSelect,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { useMay } from "@/app/auth";
import { api, ApiError, ask, changesOf, type Schemas } from "./kit/backend";
import { ChannelsField } from "./kit/fields";
import { useTagChoices, type Choice } from "./kit/lookups";
import { MailPreview } from "./kit/MailPreview";
import { AskFirst, FormBox, FormButtons, Frame, Loaded, Mark, Nothing, PageHead } from "./kit/pieces";
import { useDraftForm } from "./kit/useDraftForm";
import { useWords } from "./kit/words";

const LANGUAGES = [{ value: "de", label: "Deutsch" }, { value: "en", label: "English" }];

const wrapperQuery = {
  queryKey: ["admin", "emailTemplates"],
  queryFn: () => ask(api.GET("/api/mind/emailTemplate", { params: { query: { limit: 200 } } })),
};

export default function TemplatesPage() {
  const { t } = useWords();
  const [params, setParams] = useSearchParams();
  const tab = params.get("tab") ?? "answers";
  return (
    <Frame>
      <PageHead title={t("admin.templates")} about={t("admin.templatesAbout")} />
      <Tabs value={tab} onChange={(value) => setParams({ tab: value ?? "answers" })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="answers">{t("admin.answerTemplates")}</Tabs.Tab>
          <Tabs.Tab value="wrappers">{t("admin.wrappers")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="answers"><Answers /></Tabs.Panel>
        <Tabs.Panel value="wrappers"><Wrappers /></Tabs.Panel>
      </Tabs>
    </Frame>
  );
}

function Line({ active, title, about, click, mark }: { active: boolean; title: string; about?: string | null; click: () => void; mark?: string }) {
  return (
    <UnstyledButton w="100%" p="xs" onClick={click} aria-current={active || undefined}
      style={{ borderRadius: 6, background: active ? "var(--mantine-primary-color-light)" : undefined }}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Box miw={0}>
          <Text fz="sm" fw={500} truncate>{title}</Text>
          {about && <Text fz="xs" c="dimmed" truncate>{about}</Text>}
        </Box>
        {mark && <Mark tone="gray">{mark}</Mark>}
      </Group>
    </UnstyledButton>
  );
}

function Answers() {
  const { t } = useWords();
  const may = useMay();
  const [params, setParams] = useSearchParams();
  const chosen = params.get("id");
  const [text, setText] = useState("");
  const [search] = useDebouncedValue(text, 200);
  const [speech, setSpeech] = useState<string | null>(null);
  const choose = (id: string | null) => setParams(id ? { tab: "answers", id } : { tab: "answers" });
  const query = useQuery({
    queryKey: ["admin", "templates", search, speech],
    queryFn: () =>
      ask(api.GET("/api/mind/template", { params: { query: { q: search || undefined, language: speech ?? undefined, emptyAsList: true, limit: 500 } } })),
    placeholderData: keepPreviousData,
  });
  const add = may("manageTemplates") && <Button onClick={() => choose("new")}>{t("admin.addTemplate")}</Button>;
  const one = query.data?.templates.find((template) => String(template.id) === chosen) ?? null;
  return (
    <Grid gap="lg">
      <Grid.Col span={{ base: 12, md: 4 }}>
        <Stack gap="xs">
          {add}
          <Group gap="xs" wrap="nowrap">
            <TextInput type="search" aria-label={t("admin.searchTemplates")} placeholder={t("admin.searchTemplates")} value={text} style={{ flex: 1 }}
              onChange={(event) => setText(event.currentTarget.value)} />
            <Select aria-label={t("admin.language")} placeholder={t("admin.language")} w={120} clearable data={LANGUAGES} value={speech} onChange={setSpeech} />
          </Group>
          <Loaded query={query} isEmpty={(answer) => answer.templates.length === 0}
            empty={<Nothing title={search || speech ? t("admin.noMatch") : t("admin.noTemplates")}>{!search && !speech && t("admin.noTemplatesHint")}</Nothing>}>
            {(answer) => (
              <Box mah={{ base: 300, md: "none" }} style={{ overflow: "auto" }}>
                {answer.templates.map((template) => (
                  <Line key={template.id} active={String(template.id) === chosen} title={template.description || template.subject || `#${template.id}`}
                    about={template.subject} mark={template.language ?? undefined} click={() => choose(String(template.id))} />
                ))}
              </Box>
            )}
          </Loaded>
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 8 }}>
        {chosen === "new" || one
          ? <AnswerForm key={chosen} template={chosen === "new" ? null : one} choose={choose} />
          : <Nothing title={t("admin.chooseTemplate")}>{t("admin.chooseTemplateHint")}</Nothing>}
      </Grid.Col>
    </Grid>
  );
}

type Template = Schemas["TemplateSaved"];
type Listed = Omit<Template, "success" | "warnings">;

function AnswerForm({ template, choose }: { template: Listed | null; choose: (id: string | null) => void }) {
  const { t } = useWords();
  const may = useMay();
  const client = useQueryClient();
  const editable = may("manageTemplates");
  const tags = useTagChoices();
  const wrappers = useQuery(wrapperQuery);
  const area = useRef<HTMLTextAreaElement>(null);
  const [warnings, setWarnings] = useState<string[]>([]);
  const initial = useMemo(() => ({
    description: template?.description ?? "", subject: template?.subject ?? "", message: template?.message ?? "", tagId: template?.tagId ?? null,
    emailTemplateId: template?.emailTemplateId ?? null, language: template?.language ?? null, channels: template?.channels ?? [],
  }), [template]);
  const again = () => client.invalidateQueries({ queryKey: ["admin", "templates"] });
  const form = useDraftForm({
    key: `template.${template?.id ?? "new"}`, initial,
    codes: { template_syntax_error: "message", unknown_helper: "message", template_limit: "message" },
    save: async (values) => {
      const body = { ...(template ? changesOf(initial, values) : values), ...(values.subject ? {} : { subject: null }) };
      const saved = template
        ? await ask(api.PATCH("/api/mind/template/{id}", { params: { path: { id: template.id } }, body: body as Schemas["TemplateUpdate"] }))
        : await ask(api.POST("/api/mind/template", { body: body as Schemas["TemplateCreate"] }));
      setWarnings(saved.warnings);
      await again();
      notifications.show({ message: t("admin.saved"), color: "green" });
      if (!template) choose(String(saved.id));
    },
  });
  const { values, set, fault } = form;
  const insert = (path: string) => {
    const field = area.current;
    const at = field?.selectionStart ?? values.message.length;
    set("message", `${values.message.slice(0, at)}{{${path}}}${values.message.slice(field?.selectionEnd ?? at)}`);
    field?.focus();
  };
  return (
    <FormBox form={form} label={template?.description ?? t("admin.addTemplate")}>
      {warnings.length > 0 && <Alert color="yellow" variant="light" p="xs">{t("admin.unknownVariables", { names: warnings.join(", ") })}</Alert>}
      <Group grow align="flex-start">
        <TextInput label={t("admin.templateName")} value={values.description} error={fault("description")} disabled={!editable}
          onChange={(event) => set("description", event.currentTarget.value)} />
        <TextInput label={t("admin.subject")} description={t("admin.subjectHint")} value={values.subject} error={fault("subject")} disabled={!editable}
          inputWrapperOrder={["label", "input", "description", "error"]} onChange={(event) => set("subject", event.currentTarget.value)} />
      </Group>
      <Textarea ref={area} label={t("admin.message")} description={t("admin.messageHint")} required autosize minRows={8} maxRows={20}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }} value={values.message} error={fault("message")} disabled={!editable}
        onChange={(event) => set("message", event.currentTarget.value)} />
      <Group grow align="flex-start">
        <Select label={t("admin.tag")} searchable clearable data={tags} disabled={!editable} value={values.tagId ? String(values.tagId) : null} error={fault("tagId")}
          onChange={(value) => set("tagId", value ? Number(value) : null)} />
        <Select label={t("admin.language")} clearable placeholder={t("admin.anyLanguage")} data={LANGUAGES} disabled={!editable} value={values.language} error={fault("language")}
          onChange={(value) => set("language", value)} />
        <Select label={t("admin.wrapper")} clearable placeholder={t("admin.usualWrapper")} disabled={!editable}
          value={values.emailTemplateId ? String(values.emailTemplateId) : null} error={fault("emailTemplateId")}
          data={(wrappers.data?.emailTemplates ?? []).map((one) => ({ value: String(one.id), label: one.name }))}
          onChange={(value) => set("emailTemplateId", value ? Number(value) : null)} />
      </Group>
      <ChannelsField label={t("admin.channels")} placeholder={values.channels.length ? undefined : t("admin.allChannels")} channels={values.channels}
        disabled={!editable} change={(channels) => set("channels", channels)} error={fault("channels")} />
      <Preview text={values.message} wrapper={values.emailTemplateId} insert={editable ? insert : undefined} />
      {editable && (
        <FormButtons form={form} save={template ? t("admin.save") : t("admin.addTemplate")}>
          {template && (
            <AskFirst label={t("admin.remove")} title={t("admin.removeTemplateTitle", { name: template.description })} text={t("admin.removeTemplateText")}
              confirm={t("admin.remove")}
              run={async () => {
                await ask(api.DELETE("/api/mind/template/{id}", { params: { path: { id: template.id } } }));
                await again();
                choose(null);
                notifications.show({
                  message: <Group gap="xs">{t("admin.templateRemoved")}
                    <Button size="compact-xs" variant="light" onClick={() => void ask(api.POST("/api/mind/template/{id}/restore", { params: { path: { id: template.id } } })).then(again)}>{t("common.undo")}</Button>
                  </Group>,
                });
              }} />
          )}
        </FormButtons>
      )}
    </FormBox>
  );
}

/** The text as the customer gets it, renewed while typing. */
function Preview({ text, wrapper, insert }: { text: string; wrapper: number | null; insert?: (path: string) => void }) {
  const { t, errorText } = useWords();
  const [later] = useDebouncedValue(text, 400);
  const [ticket, setTicket] = useState<number | null>(null);
  const [ticketLater] = useDebouncedValue(ticket, 400);
  const query = useQuery({
    queryKey: ["admin", "templatePreview", later, wrapper, ticketLater],
    queryFn: () =>
      ask(api.POST("/api/mind/template/preview", { body: { templateText: later, ticketId: ticketLater, emailTemplateId: wrapper } })),
    enabled: later.trim() !== "",
    placeholderData: keepPreviousData,
    retry: false,
  });
  const variables = useQuery({
    queryKey: ["admin", "templateVariables", ticketLater],
    queryFn: () => ask(api.GET("/api/mind/template/variables", { params: { query: { ticketId: ticketLater ?? undefined } } })),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const place = query.error instanceof ApiError ? (query.error.details as { line?: number; column?: number }) : {};
  const choices: Choice[] = (variables.data?.variables ?? []).map((one) => ({ value: one.path, label: one.path }));
  return (
    <Stack gap="xs">
      <Group align="flex-end" gap="sm">
        <NumberInput label={t("admin.previewTicket")} placeholder={t("admin.previewTicketNone")} min={1} allowDecimal={false} w={180} value={ticket ?? ""}
          onChange={(value) => setTicket(value === "" ? null : Number(value))} />
        {insert && (
          <Select label={t("admin.insertVariable")} searchable data={choices} value={null} style={{ flex: 1 }} placeholder={t("admin.chooseVariable")}
            nothingFoundMessage={t("admin.noMatch")} onChange={(value) => value && insert(value)} />
        )}
      </Group>
      {query.error ? (
        <Alert color="red" variant="light" role="alert" p="xs">
          {place.line !== undefined && `${t("admin.linePlace", { line: place.line, column: place.column ?? 1 })} `}{errorText(query.error)}
        </Alert>
      ) : query.data ? (
        <>
          <MailPreview html={query.data.preview} title={t("admin.preview")} />
          {query.data.missingVariables.length > 0 && (
            <Text fz="xs" c="dimmed">{t("admin.missingVariables")} {query.data.missingVariables.map((one) => <Code key={one} mr={4}>{one}</Code>)}</Text>
          )}
        </>
      ) : <Text fz="sm" c="dimmed">{t("admin.previewEmpty")}</Text>}
    </Stack>
  );
}

function Wrappers() {
  const { t } = useWords();
  const may = useMay();
  const [params, setParams] = useSearchParams();
  const chosen = params.get("id");
  const choose = (id: string | null) => setParams(id ? { tab: "wrappers", id } : { tab: "wrappers" });
  const query = useQuery(wrapperQuery);
  const one = query.data?.emailTemplates.find((wrapper) => String(wrapper.id) === chosen) ?? null;
  const add = may("manageEmailTemplates") && <Button onClick={() => choose("new")}>{t("admin.addWrapper")}</Button>;
  return (
    <Grid gap="lg">
      <Grid.Col span={{ base: 12, md: 4 }}>
        <Stack gap="xs">
          {add}
          <Loaded query={query} isEmpty={(answer) => answer.emailTemplates.length === 0} empty={<Nothing title={t("admin.noWrappers")}>{t("admin.noWrappersHint")}</Nothing>}>
            {(answer) => (
              <>
                {answer.emailTemplates.map((wrapper) => (
                  <Line key={wrapper.id} active={String(wrapper.id) === chosen} title={wrapper.name} about={wrapper.isDefault ? t("admin.default") : null}
                    mark={wrapper.language ?? undefined} click={() => choose(String(wrapper.id))} />
                ))}
              </>
            )}
          </Loaded>
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 8 }}>
        {chosen === "new" || one
          ? <WrapperForm key={chosen} wrapper={chosen === "new" ? null : one} choose={choose} />
          : <Nothing title={t("admin.chooseWrapper")}>{t("admin.chooseWrapperHint")}</Nothing>}
      </Grid.Col>
    </Grid>
  );
}

function WrapperForm({ wrapper, choose }: { wrapper: Schemas["EmailTemplateRead"] | null; choose: (id: string | null) => void }) {
  const { t } = useWords();
  const may = useMay();
  const client = useQueryClient();
  const editable = may("manageEmailTemplates");
  const boxes = useQuery({
    queryKey: ["admin", "subchannels"],
    queryFn: () => ask(api.GET("/api/mind/settings/subchannel", { params: { query: { limit: 200 } } })),
  });
  const initial = useMemo(() => ({
    name: wrapper?.name ?? "", html: wrapper?.html ?? "<p>…</p>\n%MESSAGE%\n<p>…</p>", language: wrapper?.language ?? null,
    subchannelIds: wrapper?.subchannelIds ?? [], isDefault: wrapper?.isDefault ?? false,
  }), [wrapper]);
  const again = () => client.invalidateQueries({ queryKey: ["admin", "emailTemplates"] });
  const form = useDraftForm({
    key: `wrapper.${wrapper?.id ?? "new"}`, initial, codes: { placeholder_missing: "html", template_syntax_error: "html", unknown_helper: "html", name_taken: "name" },
    save: async (values) => {
      let id = wrapper?.id;
      if (id === undefined) id = (await ask(api.POST("/api/mind/emailTemplate", { body: values }))).id;
      else await ask(api.PATCH("/api/mind/emailTemplate/{id}", { params: { path: { id } }, body: changesOf(initial, values) }));
      await again();
      notifications.show({ message: t("admin.saved"), color: "green" });
      if (!wrapper) choose(String(id));
    },
  });
  const { values, set, fault } = form;
  return (
    <FormBox form={form} label={wrapper?.name ?? t("admin.addWrapper")}>
      <Group grow align="flex-start">
        <TextInput label={t("admin.name")} required value={values.name} error={fault("name")} disabled={!editable} onChange={(event) => set("name", event.currentTarget.value)} />
        <Select label={t("admin.language")} clearable placeholder={t("admin.anyLanguage")} data={LANGUAGES} value={values.language} disabled={!editable} onChange={(value) => set("language", value)} />
      </Group>
      <MultiSelect label={t("admin.forMailboxes")} description={t("admin.forMailboxesHint")} clearable disabled={!editable} value={values.subchannelIds.map(String)}
        data={(boxes.data?.subchannels ?? []).map((one) => ({ value: String(one.id), label: one.name }))} onChange={(ids) => set("subchannelIds", ids.map(Number))} />
      <Textarea label={t("admin.wrapperHtml")} description={t("admin.wrapperHtmlHint")} autosize minRows={6} maxRows={20} value={values.html} error={fault("html")} disabled={!editable}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }} onChange={(event) => set("html", event.currentTarget.value)} />
      <Switch label={t("admin.default")} checked={values.isDefault} disabled={!editable || wrapper?.isDefault} onChange={(event) => set("isDefault", event.currentTarget.checked)} />
      <Box>
        <Text fz="sm" fw={500} mb={4}>{t("admin.preview")}</Text>
        <MailPreview title={t("admin.preview")} html={values.html.replace("%MESSAGE%", `<p style="background:#eef4ff;padding:8px">${t("admin.messageHere")}</p>`)} />
      </Box>
      {editable && (
        <FormButtons form={form} save={wrapper ? t("admin.save") : t("admin.addWrapper")}>
          {wrapper && !wrapper.isDefault && (
            <AskFirst label={t("admin.remove")} title={t("admin.removeTemplateTitle", { name: wrapper.name })} confirm={t("admin.remove")}
              run={async () => { await ask(api.DELETE("/api/mind/emailTemplate/{id}", { params: { path: { id: wrapper.id } } })); await again(); choose(null); }} />
          )}
        </FormButtons>
      )}
    </FormBox>
  );
}
