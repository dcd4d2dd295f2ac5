import { Alert, Anchor, Badge, Button, Group, Modal, Select, Stack, Table, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconMedal2, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api, call } from "@/api/client";
import { useI18n } from "@/i18n";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState, errorText } from "@/ui/ErrorState";
import { PageHead } from "@/ui/PageHead";
import { ListSkeleton } from "@/ui/Skeletons";
import { TimeAgo } from "@/ui/TimeAgo";
import { useFamilies } from "../../quality/data";
import classes from "../calibration.module.css";
import { goldenSetsQuery } from "../data";
import { RunBadge } from "./parts";

export default function GoldenSetsPage() {
  const { t } = useI18n();
  const found = useQuery(goldenSetsQuery());
  const families = useFamilies();
  const [creating, setCreating] = useState(false);
  const sets = found.data?.goldenSets ?? [];
  const create = <Button leftSection={<IconPlus size={18} />} onClick={() => setCreating(true)}>{t("calibration.golden.create")}</Button>;
  return (
    <Stack p={{ base: "md", sm: "lg" }} gap="md" maw={1200} mx="auto">
      <PageHead title={t("calibration.golden.title")} lead={t("calibration.golden.intro")}>{sets.length > 0 && create}</PageHead>
      {found.isError ? (
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      ) : !found.data ? (
        <ListSkeleton rows={4} />
      ) : sets.length === 0 ? (
        <EmptyState icon={IconMedal2} title={t("calibration.golden.emptyTitle")} text={t("calibration.golden.emptyText")}>{create}</EmptyState>
      ) : (
        <Table.ScrollContainer minWidth={720} className={classes.list}>
          <Table verticalSpacing="sm" highlightOnHover className={classes.table}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("calibration.golden.name")}</Table.Th>
                <Table.Th>{t("calibration.golden.card")}</Table.Th>
                <Table.Th>{t("calibration.golden.itemsTitle")}</Table.Th>
                <Table.Th>{t("calibration.golden.inUse")}</Table.Th>
                <Table.Th>{t("calibration.golden.lastRun")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {sets.map((set) => (
                <Table.Tr key={set.id}>
                  <Table.Td>
                    <Anchor component={Link} to={`/quality/golden/${set.id}`} fw={600} size="sm">{set.name}</Anchor>
                    {set.description && <Text size="xs" c="dimmed" lineClamp={1}>{set.description}</Text>}
                  </Table.Td>
                  <Table.Td><Text size="sm">{families.name(set.scorecardBaseId)}</Text></Table.Td>
                  <Table.Td className={classes.number}>{set.itemCount}</Table.Td>
                  <Table.Td><Badge variant="light" color={set.enabled ? "assay" : "gray"} tt="none">{t(set.enabled ? "common.yes" : "common.no")}</Badge></Table.Td>
                  <Table.Td>
                    {set.lastRun ? (
                      <Group gap={8}><RunBadge run={set.lastRun} />{set.lastRun.finishedAt && <TimeAgo value={set.lastRun.finishedAt} size="sm" c="dimmed" />}</Group>
                    ) : (
                      <Text size="sm" c="dimmed">{t("calibration.golden.neverRun")}</Text>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {creating && <CreateDialog onClose={() => setCreating(false)} />}
    </Stack>
  );
}

function CreateDialog({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const families = useFamilies();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [base, setBase] = useState<string | null>(null);
  const [description, setDescription] = useState("");
  const create = useMutation({
    mutationFn: () => call(api.POST("/api/mind/quality/goldenSet", { body: { name: name.trim(), scorecardBaseId: Number(base), description } })),
    onSuccess: async (set) => {
      await client.invalidateQueries({ queryKey: ["quality", "golden"] });
      void navigate(`/quality/golden/${set.id}`);
    },
  });
  return (
    <Modal opened onClose={onClose} title={t("calibration.golden.create")} closeButtonProps={{ "aria-label": t("common.close") }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() && base) create.mutate();
        }}
      >
        <Stack>
          <TextInput label={t("calibration.golden.name")} required maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
          <Select
            label={t("calibration.golden.card")} description={t("calibration.golden.cardHint")} required searchable value={base} onChange={setBase}
            data={families.list.map(({ id, name: text }) => ({ value: String(id), label: text }))}
          />
          <Textarea label={t("calibration.golden.description")} autosize minRows={2} maxRows={6} maxLength={4000} value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
          {create.error && <Alert color="red" variant="light" role="alert">{errorText(create.error, t)}</Alert>}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>{t("common.cancel")}</Button>
            <Button type="submit" loading={create.isPending} disabled={!name.trim() || !base}>{t("calibration.golden.create")}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
