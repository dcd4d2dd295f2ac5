import {
  Alert, Anchor, Badge, Box, Button, Checkbox, Fieldset, Grid, Group, NumberInput, Paper, Select, SimpleGrid, Slider, Stack, Switch,
  Table, Text, Textarea, TextInput, UnstyledButton, MultiSelect,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useMay } from "@/app/auth";
import { api, ask, changesOf, type Schemas } from "./kit/backend";
import { ChannelsField } from "./kit/fields";
import { CHANNELS, flat, useTagChoices, useTagTree, type Channel } from "./kit/lookups";
import { AskFirst, FormBox, FormButtons, Frame, Loaded, Nothing, PageHead } from "./kit/pieces";
import { useDraftForm } from "./kit/useDraftForm";
import { useWords } from "./kit/words";
import { SHADE } from "./TeamsPage";

type Tag = Schemas["TagNode"];
const TYPES = ["skill", "product", "brand", "customerProperty", "contractProperty", "other"] as const;
const REFERENCES = ["ticket", "contract", "customer"] as const;
const COLORS = ["grey", "green", "red", "blue", "yellow", "purple", "orange", "teal"] as const;
const PRIORITIES = ["do-not-change", "low", "medium", "high", "urgent"] as const;
const WAYS = ["assignByAI", "assignByChannel", "assignBySubchannel", "assignByTicketProperty", "assignByContractProperty", "assignByCustomerProperty", "assignByCustomLogic"] as const;

export default function TagsPage() {
  const { t } = useWords();
  const may = useMay();
  const [params, setParams] = useSearchParams();
  const [search, setSearch] = useState("");
  const [hidden, setHidden] = useState(false);
  const tree = useTagTree(hidden);
  const chosen = params.get("tag");
  const choose = (id: string | null) => setParams(id ? { tag: id } : {}, { replace: true });
  const all = useMemo(() => flat(tree.data ?? []), [tree.data]);
  const needle = search.trim().toLowerCase();
  const shown = needle ? all.filter((tag) => tag.fullName.toLowerCase().includes(needle)) : null;
  const tag = all.find((one) => String(one.id) === chosen) ?? null;
  const add = may("manageTags") && <Button onClick={() => choose("new")}>{t("admin.addTag")}</Button>;
  return (
    <Frame>
      <PageHead title={t("admin.tags")} about={t("admin.tagsAbout")} action={add} />
      <Loaded query={tree} rows={10} isEmpty={(answer) => answer.length === 0 && chosen !== "new"}
        empty={<Nothing title={t("admin.noTags")} action={add}>{t("admin.noTagsHint")}</Nothing>}>
        {(roots) => (
          <Grid gap="lg">
            <Grid.Col span={{ base: 12, md: 5, lg: 4 }}>
              <TextInput type="search" aria-label={t("admin.searchTags")} placeholder={t("admin.searchTags")} value={search}
                onChange={(event) => setSearch(event.currentTarget.value)} mb="xs" />
              <Switch size="xs" mb="sm" label={t("admin.showDisabled")} checked={hidden} onChange={(event) => setHidden(event.currentTarget.checked)} />
              <Box mah={{ base: 320, md: "none" }} style={{ overflow: "auto" }}>
                {shown
                  ? shown.map((one) => <TagLine key={one.id} tag={one} depth={0} name={one.fullName} chosen={chosen} choose={choose} />)
                  : roots.map((one) => <Branch key={one.id} tag={one} depth={0} chosen={chosen} choose={choose} />)}
                {shown?.length === 0 && <Text c="dimmed" fz="sm">{t("admin.noMatch")}</Text>}
              </Box>
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 7, lg: 8 }}>
              {chosen === "new" || tag
                ? <TagForm key={chosen} tag={chosen === "new" ? null : tag} all={all} choose={choose} />
                : <TryText choose={choose} />}
            </Grid.Col>
          </Grid>
        )}
      </Loaded>
    </Frame>
  );
}

interface LineProps {
  tag: Tag;
  depth: number;
  chosen: string | null;
  choose: (id: string) => void;
}

function Branch({ tag, depth, chosen, choose }: LineProps) {
  return (
    <>
      <TagLine tag={tag} depth={depth} name={tag.name} chosen={chosen} choose={choose} />
      {tag.children.map((child) => <Branch key={child.id} tag={child} depth={depth + 1} chosen={chosen} choose={choose} />)}
    </>
  );
}

function TagLine({ tag, depth, name, chosen, choose }: LineProps & { name: string }) {
  const { t } = useWords();
  const active = chosen === String(tag.id);
  return (
    <UnstyledButton w="100%" pl={8 + depth * 20} pr="xs" py={5} onClick={() => choose(String(tag.id))} aria-current={active || undefined}
      style={{ borderRadius: 6, background: active ? "var(--mantine-primary-color-light)" : undefined }}>
      <Group gap="xs" wrap="nowrap">
        <Box w={10} h={10} style={{ borderRadius: 3, flex: "none", background: `var(--mantine-color-${SHADE[tag.color] ?? tag.color}-6)` }} />
        <Text fz="sm" truncate td={tag.visibility === "disabled" ? "line-through" : undefined} c={tag.visibility === "disabled" ? "dimmed" : undefined}>{name}</Text>
        {tag.visibility === "private" && <Badge size="xs" variant="light" color="gray" tt="none">{t("admin.visibility_private")}</Badge>}
      </Group>
    </UnstyledButton>
  );
}

interface Detection {
  instructions?: string;
  examples?: string[];
  negativeExamples?: string[];
  threshold?: number;
  combine?: "or" | "and";
  learnFromCorrections?: boolean;
  [key: string]: unknown;
}

function valuesOf(tag: Tag | null) {
  const detection = (tag?.detectionDetails ?? {}) as Detection;
  const cases = (tag?.testCase ?? {}) as { ticketIds?: number[]; negativeTicketIds?: number[] };
  return {
    name: tag?.name ?? "", parent: tag?.parent ?? null, reference: tag?.reference ?? "ticket", type: tag?.type ?? "skill",
    visibility: tag?.visibility ?? "public", color: tag?.color ?? "grey", complexity: tag?.complexity ?? "moderate",
    sla: tag?.sla ?? null, priority: tag?.priority ?? "do-not-change", channels: tag?.channels ?? [],
    tagRouting: tag?.tagRouting ?? true, defaultSkill: tag?.properties.includes("defaultSkill") ?? false,
    assignment: tag?.assignment ?? [], instructions: detection.instructions ?? "", examples: (detection.examples ?? []).join("\n"),
    negativeExamples: (detection.negativeExamples ?? []).join("\n"), threshold: detection.threshold ?? 0.6,
    combine: detection.combine ?? "or", testTickets: (cases.ticketIds ?? []).join(", "), testOthers: (cases.negativeTicketIds ?? []).join(", "),
  };
}

const lines = (text: string) => text.split("\n").map((one) => one.trim()).filter(Boolean);
const numbers = (text: string) => text.split(/[\s,;]+/).filter(Boolean).map(Number).filter((one) => Number.isInteger(one) && one > 0);

function TagForm({ tag, all, choose }: { tag: Tag | null; all: Tag[]; choose: (id: string | null) => void }) {
  const { t } = useWords();
  const may = useMay();
  const client = useQueryClient();
  const editable = may("manageTags");
  const initial = useMemo(() => valuesOf(tag), [tag]);
  const again = () => client.invalidateQueries({ queryKey: ["admin", "tags"] });
  const form = useDraftForm({
    key: `tag.${tag?.id ?? "new"}`, initial, codes: { name_taken: "name", default_skill_exists: "defaultSkill" },
    save: async (values) => {
      const changed = tag ? changesOf(initial, values) : values;
      const { defaultSkill, instructions, examples, negativeExamples, threshold, combine, testTickets, testOthers, ...rest } = changed;
      const detects = [instructions, examples, negativeExamples, threshold, combine].some((one) => one !== undefined);
      const tests = testTickets !== undefined || testOthers !== undefined;
      const old = (tag?.detectionDetails ?? {}) as Detection;
      const text = (value: string, before: unknown) => (value.trim() || before !== undefined ? value.trim() : undefined);
      const list = (value: string, before: unknown) => (value.trim() || before !== undefined ? lines(value) : undefined);
      const body = {
        ...rest,
        ...(defaultSkill === undefined ? {} : { properties: defaultSkill ? ["defaultSkill"] : [] }),
        ...(detects ? {
          detectionDetails: {
            ...old, instructions: text(values.instructions, old.instructions), examples: list(values.examples, old.examples),
            negativeExamples: list(values.negativeExamples, old.negativeExamples), threshold: values.threshold, combine: values.combine,
          },
        } : {}),
        ...(tests ? { testCase: { ticketIds: numbers(values.testTickets), negativeTicketIds: numbers(values.testOthers) } } : {}),
      };
      let id = tag?.id;
      if (id === undefined) id = (await ask(api.POST("/api/mind/tag", { body: body as Schemas["TagCreate"] }))).id;
      else await ask(api.PATCH("/api/mind/tag/{id}", { params: { path: { id } }, body: body as Schemas["TagUpdate"] }));
      await again();
      notifications.show({ message: t("admin.saved"), color: "green" });
      if (!tag) choose(String(id));
    },
  });
  const { values, set, fault } = form;
  const byAi = values.assignment.includes("assignByAI");
  return (
    <Stack>
      <Group justify="space-between">
        <Text component="h2" fw={600} fz="lg" m={0}>{tag?.fullName ?? t("admin.addTag")}</Text>
        <Button size="xs" variant="subtle" onClick={() => choose(null)}>{t("admin.tryText")}</Button>
      </Group>
      <FormBox form={form} label={tag?.fullName ?? t("admin.addTag")}>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <TextInput label={t("admin.name")} required value={values.name} error={fault("name")} disabled={!editable} onChange={(event) => set("name", event.currentTarget.value)} />
          <Select label={t("admin.parentTag")} searchable clearable disabled={!editable} value={values.parent ? String(values.parent) : null} error={fault("parent")}
            data={all.filter((one) => one.id !== tag?.id).map((one) => ({ value: String(one.id), label: one.fullName }))}
            onChange={(value) => set("parent", value ? Number(value) : null)} />
          <Select label={t("admin.tagType")} allowDeselect={false} disabled={!editable} value={values.type} error={fault("type")}
            data={TYPES.map((value) => ({ value, label: t(`admin.tagType_${value}`) }))} onChange={(value) => value && set("type", value as Tag["type"])} />
          <Select label={t("admin.reference")} allowDeselect={false} disabled={!editable} value={values.reference} error={fault("reference")}
            data={REFERENCES.map((value) => ({ value, label: t(`admin.reference_${value}`) }))} onChange={(value) => value && set("reference", value as Tag["reference"])} />
          <Select label={t("admin.visibility")} description={t("admin.visibilityHint")} allowDeselect={false} disabled={!editable} value={values.visibility}
            data={(["public", "private", "disabled"] as const).map((value) => ({ value, label: t(`admin.visibility_${value}`) }))}
            onChange={(value) => value && set("visibility", value as Tag["visibility"])} />
          <Select label={t("admin.color")} description={t("admin.colorHint")} allowDeselect={false} disabled={!editable} value={values.color}
            data={COLORS.map((value) => ({ value, label: t(`admin.color_${value}`) }))} onChange={(value) => value && set("color", value as Tag["color"])} />
        </SimpleGrid>
        <Fieldset legend={t("admin.tagEffect")}>
          <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
            <NumberInput label={t("admin.slaHours")} min={0} placeholder={t("admin.none")} disabled={!editable} value={values.sla ?? ""} error={fault("sla")}
              onChange={(value) => set("sla", value === "" ? null : Number(value))} />
            <Select label={t("admin.priority")} allowDeselect={false} disabled={!editable} value={values.priority}
              data={PRIORITIES.map((value) => ({ value, label: t(`admin.priority_${value}`) }))} onChange={(value) => value && set("priority", value as Tag["priority"])} />
            <Select label={t("admin.complexity")} allowDeselect={false} disabled={!editable} value={values.complexity}
              data={(["simple", "moderate", "complex"] as const).map((value) => ({ value, label: t(`admin.complexity_${value}`) }))}
              onChange={(value) => value && set("complexity", value as Tag["complexity"])} />
          </SimpleGrid>
          <Group mt="sm" gap="xl">
            <Checkbox label={t("admin.tagRouting")} checked={values.tagRouting} disabled={!editable} onChange={(event) => set("tagRouting", event.currentTarget.checked)} />
            <Checkbox label={t("admin.defaultSkill")} checked={values.defaultSkill} disabled={!editable} error={fault("defaultSkill")}
              onChange={(event) => set("defaultSkill", event.currentTarget.checked)} />
          </Group>
        </Fieldset>
        <Fieldset legend={t("admin.detection")}>
          <Stack gap="sm">
            <MultiSelect label={t("admin.ways")} description={t("admin.waysHint")} disabled={!editable} clearable value={values.assignment} error={fault("assignment")}
              data={WAYS.map((value) => ({ value, label: t(`admin.way_${value}`) }))} onChange={(value) => set("assignment", value)} />
            <ChannelsField label={t("admin.channels")} placeholder={values.channels.length ? undefined : t("admin.allChannels")} disabled={!editable}
              channels={values.channels} change={(channels) => set("channels", channels)} error={fault("channels")} />
            {byAi && (
              <>
                <Textarea label={t("admin.instructions")} description={t("admin.instructionsHint")} autosize minRows={2} disabled={!editable} value={values.instructions}
                  error={fault("instructions")} onChange={(event) => set("instructions", event.currentTarget.value)} />
                <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
                  <Textarea label={t("admin.examples")} description={t("admin.onePerLine")} autosize minRows={3} disabled={!editable} value={values.examples}
                    error={fault("examples")} onChange={(event) => set("examples", event.currentTarget.value)} />
                  <Textarea label={t("admin.negativeExamples")} description={t("admin.onePerLine")} autosize minRows={3} disabled={!editable} value={values.negativeExamples}
                    error={fault("negativeExamples")} onChange={(event) => set("negativeExamples", event.currentTarget.value)} />
                </SimpleGrid>
                <Box>
                  <Text fz="sm" fw={500} id="tag-threshold">{t("admin.threshold", { n: values.threshold })}</Text>
                  <Slider min={0} max={1} step={0.05} value={values.threshold} disabled={!editable} label={null} aria-labelledby="tag-threshold"
                    thumbLabel={t("admin.thresholdName")} onChange={(value) => set("threshold", value)} />
                </Box>
              </>
            )}
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
              <TextInput label={t("admin.testTickets")} description={t("admin.testTicketsHint")} value={values.testTickets} disabled={!editable}
                error={fault("testCase")} onChange={(event) => set("testTickets", event.currentTarget.value)} />
              <TextInput label={t("admin.testOthers")} description={t("admin.testTicketsHint")} value={values.testOthers} disabled={!editable}
                onChange={(event) => set("testOthers", event.currentTarget.value)} />
            </SimpleGrid>
          </Stack>
        </Fieldset>
        {editable && (
          <FormButtons form={form} save={tag ? t("admin.save") : t("admin.addTag")}>
            {tag && may("deleteTag") && <RemoveTag tag={tag} all={all} gone={() => { choose(null); void again(); }} />}
          </FormButtons>
        )}
      </FormBox>
      {tag && editable && <TestTag tag={tag} />}
    </Stack>
  );
}

function RemoveTag({ tag, all, gone }: { tag: Tag; all: Tag[]; gone: () => void }) {
  const { t } = useWords();
  const [replace, setReplace] = useState<string | null>(null);
  const [children, setChildren] = useState<string | null>(null);
  const [into, setInto] = useState<string | null>(null);
  const others = all.filter((one) => one.id !== tag.id).map((one) => ({ value: String(one.id), label: one.fullName }));
  return (
    <>
      <AskFirst label={t("admin.remove")} title={t("admin.removeTagTitle", { name: tag.fullName })} text={t("admin.removeTagText")} confirm={t("admin.remove")}
        extra={
          <Stack gap="xs">
            <Select label={t("admin.replaceBy")} description={t("admin.replaceByHint")} data={others} searchable clearable value={replace} onChange={setReplace} />
            {tag.children.length > 0 && <Select label={t("admin.moveChildren")} data={others} searchable clearable value={children} onChange={setChildren} />}
          </Stack>
        }
        run={async () => {
          await ask(api.DELETE("/api/mind/tag/{id}", {
            params: {
              path: { id: tag.id },
              query: { replaceBy: replace ? Number(replace) : undefined, moveChildrenTo: children ? Number(children) : undefined },
            },
          }));
          gone();
        }} />
      <AskFirst label={t("admin.merge")} color="blue" title={t("admin.mergeTitle", { name: tag.fullName })} text={t("admin.mergeText")} confirm={t("admin.merge")}
        extra={<Select label={t("admin.mergeInto")} data={others} searchable value={into} onChange={setInto} />}
        run={async () => {
          if (!into) throw new Error(t("admin.chooseTag"));
          const { moved } = await ask(api.POST("/api/mind/tag/{id}/merge", { params: { path: { id: tag.id } }, body: { into: Number(into) } }));
          notifications.show({ message: t("admin.merged", { count: moved }), color: "green" });
          gone();
        }} />
    </>
  );
}

function TestTag({ tag }: { tag: Tag }) {
  const { t, errorText } = useWords();
  const test = useMutation({ mutationFn: () => ask(api.POST("/api/mind/tag/{id}/test", { params: { path: { id: tag.id } } })) });
  const share = (value: number | null) => (value === null ? "–" : `${Math.round(value * 100)} %`);
  return (
    <Paper withBorder p="md">
      <Group justify="space-between">
        <Text fw={500} fz="sm">{t("admin.testTag")}</Text>
        <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate()}>{t("admin.runTest")}</Button>
      </Group>
      {test.error && <Alert mt="sm" color="red" variant="light" role="alert">{errorText(test.error)}</Alert>}
      {test.data && test.data.tickets.length === 0 && <Text mt="xs" fz="sm" c="dimmed">{t("admin.noTestTickets")}</Text>}
      {test.data && test.data.tickets.length > 0 && (
        <Box mt="sm" role="status">
          <Text fz="sm">{t("admin.testResult", { precision: share(test.data.precision), recall: share(test.data.recall) })}</Text>
          <Table fz="sm">
            <Table.Tbody>
              {test.data.tickets.map((one) => (
                <Table.Tr key={one.ticketId}>
                  <Table.Td><Anchor component={Link} to={`/ticket/${one.ticketId}`} fz="sm">#{one.ticketId}</Anchor></Table.Td>
                  <Table.Td>{one.expected ? t("admin.expectedYes") : t("admin.expectedNo")}</Table.Td>
                  <Table.Td c={one.expected === one.detected ? undefined : "red"}>{one.detected ? t("admin.detectedYes") : t("admin.detectedNo")}</Table.Td>
                  <Table.Td>{share(one.confidence)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Box>
      )}
    </Paper>
  );
}

/** What the detection makes of a text, without writing anything. */
function TryText({ choose }: { choose: (id: string) => void }) {
  const { t, errorText } = useWords();
  const may = useMay();
  const tags = useTagChoices();
  const [text, setText] = useState("");
  const [channel, setChannel] = useState<Channel>("email");
  const detect = useMutation({ mutationFn: () => ask(api.POST("/api/mind/tag/detect", { body: { text, channel } })) });
  const names = new Map(tags.map((one) => [Number(one.value), one.label]));
  if (!may("manageTags")) return <Nothing title={t("admin.chooseTag")}>{t("admin.chooseTagHint")}</Nothing>;
  return (
    <Paper withBorder p="md" component="section" aria-label={t("admin.tryText")}>
      <Text component="h2" fw={600} m={0}>{t("admin.tryText")}</Text>
      <Text fz="sm" c="dimmed" mb="sm">{t("admin.tryTextHint")}</Text>
      <Stack gap="sm">
        <Textarea aria-label={t("admin.tryText")} placeholder={t("admin.tryTextPlaceholder")} autosize minRows={5} value={text} onChange={(event) => setText(event.currentTarget.value)} />
        <Group justify="space-between" align="flex-end">
          <Select label={t("admin.channel")} allowDeselect={false} value={channel} onChange={(value) => value && setChannel(value as Channel)}
            data={CHANNELS.map((value) => ({ value, label: t(`admin.channel_${value}`) }))} />
          <Button disabled={!text.trim()} loading={detect.isPending} onClick={() => detect.mutate()}>{t("admin.detect")}</Button>
        </Group>
        {detect.error && <Alert color="red" variant="light" role="alert">{errorText(detect.error)}</Alert>}
        {detect.data && (
          <Box role="status">
            {detect.data.tags.length === 0 && <Text fz="sm" c="dimmed">{t("admin.nothingDetected")}</Text>}
            {detect.data.tags.map((one) => (
              <Group key={one.id} justify="space-between" py={4}>
                <Anchor component="button" type="button" fz="sm" onClick={() => choose(String(one.id))}>{names.get(one.id) ?? one.name}</Anchor>
                <Text fz="sm" c="dimmed">{Math.round(one.confidence * 100)} % · {one.method}</Text>
              </Group>
            ))}
          </Box>
        )}
      </Stack>
    </Paper>
  );
}
