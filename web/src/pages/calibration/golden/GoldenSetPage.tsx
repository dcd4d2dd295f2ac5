import { ActionIcon, Alert, Button, Group, Menu, Stack, Switch, Tabs, Text, Title, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconArrowLeft, IconDots, IconPencil, IconPlayerPlay, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { api, call } from "@/api/client";
import { ApiError } from "@/api/errors";
import { useI18n } from "@/i18n";
import { ErrorState, useShowError } from "@/ui/ErrorState";
import { PageSkeleton } from "@/ui/Skeletons";
import { useFamilies } from "../../quality/data";
import { ConfirmDialog } from "../../quality/review/Dialogs";
import { goldenRunsQuery, goldenSetQuery, type GoldenSet } from "../data";
import { AddItems } from "./AddItems";
import { EditDialog } from "./EditDialog";
import { GoldenItems } from "./GoldenItems";
import { Runs } from "./Runs";

type Asked = "add" | "edit" | "remove" | null;

export default function GoldenSetPage() {
  const id = Number(useParams().setId);
  const valid = Number.isSafeInteger(id) && id > 0;
  const found = useQuery({ ...goldenSetQuery(id), enabled: valid });
  if (!valid) return <ErrorState error={new ApiError(404, "golden_set_not_found", "")} />;
  if (found.isError && !found.data) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <PageSkeleton />;
  return <Shown set={found.data} />;
}

function Shown({ set }: { set: GoldenSet }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const navigate = useNavigate();
  const showError = useShowError();
  const families = useFamilies();
  const [params, setParams] = useSearchParams();
  const [asked, setAsked] = useState<Asked>(null);
  const runs = useQuery(goldenRunsQuery(set.id));
  const tab = params.get("tab") === "items" ? "items" : "runs";
  const running = runs.data?.runs.some((run) => run.state === "queued" || run.state === "running") ?? false;
  const renew = () => client.invalidateQueries({ queryKey: ["quality", "golden"] });

  const run = useMutation({
    mutationFn: () => call(api.POST("/api/mind/quality/goldenSet/{id}/run", { params: { path: { id: set.id } }, body: {} })),
    onSuccess: async () => {
      await renew();
      setParams({}, { replace: true });
      notifications.show({ message: t("calibration.golden.started") });
    },
    onError: showError,
  });
  const toggle = useMutation({
    mutationFn: (enabled: boolean) =>
      call(api.PATCH("/api/mind/quality/goldenSet/{id}", { params: { path: { id: set.id } }, body: { enabled } as never })),
    onSuccess: renew,
    onError: showError,
  });
  const remove = useMutation({
    mutationFn: () => call(api.DELETE("/api/mind/quality/goldenSet/{id}", { params: { path: { id: set.id } } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["quality", "golden", "list"] });
      notifications.show({ message: t("calibration.golden.removed") });
      void navigate("/quality/golden");
    },
    onError: showError,
  });

  return (
    <Stack p={{ base: "md", sm: "lg" }} gap="md" maw={1300} mx="auto">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Group gap="xs" align="flex-start" wrap="nowrap">
          <Tooltip label={t("calibration.golden.toList")}>
            <ActionIcon mt={4} variant="subtle" color="gray" component={Link} to="/quality/golden" aria-label={t("calibration.golden.toList")}><IconArrowLeft size={18} /></ActionIcon>
          </Tooltip>
          <div>
            <Title order={1} size="h2">{set.name}</Title>
            <Text size="sm" c="dimmed">{[families.name(set.scorecardBaseId), set.description].filter(Boolean).join(" · ")}</Text>
          </div>
        </Group>
        <Group gap="sm">
          <Tooltip label={t("calibration.golden.inUseHint")} multiline maw={320}>
            <Switch label={t("calibration.golden.inUse")} checked={set.enabled} disabled={toggle.isPending} onChange={(event) => toggle.mutate(event.currentTarget.checked)} />
          </Tooltip>
          <Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => setAsked("add")}>{t("calibration.golden.add")}</Button>
          <Button leftSection={<IconPlayerPlay size={16} />} disabled={set.itemCount === 0 || running} loading={run.isPending} onClick={() => run.mutate()}>
            {t(running ? "calibration.golden.running" : "calibration.golden.runNow")}
          </Button>
          <Menu position="bottom-end" withArrow>
            <Menu.Target><ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("common.actions")}><IconDots size={18} /></ActionIcon></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setAsked("edit")}>{t("common.edit")} …</Menu.Item>
              <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => setAsked("remove")}>{t("common.delete")} …</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      <Alert variant="light" color={set.enabled ? "assay" : "gray"} title={t("calibration.golden.gateTitle")}>
        <Text size="sm">{t(set.enabled ? "calibration.golden.gateText" : "calibration.golden.gateOff")}</Text>
        <Text size="sm" mt={4}>
          {set.minKappa === null ? t("calibration.golden.minKappaSetting") : t("calibration.golden.minKappaOwn", { kappa: set.minKappa })}
        </Text>
      </Alert>
      <Tabs value={tab} onChange={(value) => setParams(value === "items" ? { tab: "items" } : {}, { replace: true })} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="runs">{t("calibration.golden.runs")}</Tabs.Tab>
          <Tabs.Tab value="items">{t("calibration.golden.itemsCount", { count: set.items.length })}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="runs" pt="md"><Runs set={set} runs={runs} onRun={() => run.mutate()} onAdd={() => setAsked("add")} /></Tabs.Panel>
        <Tabs.Panel value="items" pt="md"><GoldenItems set={set} onAdd={() => setAsked("add")} /></Tabs.Panel>
      </Tabs>
      {asked === "add" && <AddItems set={set} onClose={() => setAsked(null)} />}
      {asked === "edit" && <EditDialog set={set} onClose={() => setAsked(null)} />}
      {asked === "remove" && (
        <ConfirmDialog
          opened onClose={() => setAsked(null)} pending={remove.isPending} color="red" title={t("calibration.golden.removeTitle", { name: set.name })}
          text={t("calibration.golden.removeText")} action={t("common.delete")} onConfirm={() => remove.mutate()}
        />
      )}
    </Stack>
  );
}
