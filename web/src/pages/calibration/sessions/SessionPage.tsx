import { ActionIcon, Alert, Button, Group, Menu, Stack, Text, Title, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconArrowLeft, IconArrowRight, IconBan, IconDots, IconLock, IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { api, call } from "@/api/client";
import { ApiError } from "@/api/errors";
import { useSession } from "@/app/auth";
import { useI18n } from "@/i18n";
import { ErrorState, useShowError } from "@/ui/ErrorState";
import { PageSkeleton } from "@/ui/Skeletons";
import { usePeople, type Lookup } from "../../quality/data";
import { ConfirmDialog } from "../../quality/review/Dialogs";
import { ownProgress, sessionQuery, type Session } from "../data";
import { ChangeDialog } from "./ChangeDialog";
import { SessionBadge, useCards } from "./parts";
import { ProgressPanel } from "./ProgressPanel";
import { Result } from "./Result";

type Asked = "close" | "cancel" | "change" | null;
const NEWS_MS = 20_000;

export default function SessionPage() {
  const id = Number(useParams().sessionId);
  const valid = Number.isSafeInteger(id) && id > 0;
  const session = useQuery({
    ...sessionQuery(id),
    enabled: valid,
    refetchInterval: ({ state }) => (state.data?.state === "open" ? NEWS_MS : false),
  });
  if (!valid) return <ErrorState error={new ApiError(404, "calibration_not_found", "")} />;
  if (session.isError && !session.data) return <ErrorState error={session.error} onRetry={() => void session.refetch()} />;
  if (!session.data) return <PageSkeleton />;
  return <Shown session={session.data} />;
}

function Shown({ session }: { session: Session }) {
  const { t } = useI18n();
  const { can, me } = useSession();
  const client = useQueryClient();
  const showError = useShowError();
  const people = usePeople();
  const [asked, setAsked] = useState<Asked>(null);
  const manages = can("qualityManageCalibration");
  const isOpen = session.state === "open";
  const own = ownProgress(session, me.profile.id);
  const sheets = session.items.flatMap((item) => item.sheets);
  const submitted = sheets.filter((sheet) => sheet.state === "submitted").length;
  const missing = sheets.length - submitted;

  const renew = async (changed: Session) => {
    client.setQueryData(sessionQuery(session.id).queryKey, changed);
    await client.invalidateQueries({ queryKey: ["quality", "calibration", "list"] });
    setAsked(null);
  };
  const close = useMutation({
    mutationFn: () => call(api.POST("/api/mind/quality/calibration/{id}/close", { params: { path: { id: session.id } } })),
    onSuccess: renew,
    onError: showError,
  });
  const cancel = useMutation({
    mutationFn: () => call(api.PATCH("/api/mind/quality/calibration/{id}", { params: { path: { id: session.id } }, body: { state: "cancelled" } as never })),
    onSuccess: async (changed) => {
      await renew(changed);
      notifications.show({ message: t("calibration.session.cancelled") });
    },
    onError: showError,
  });

  return (
    <Stack p={{ base: "md", sm: "lg" }} gap="md" maw={1300} mx="auto">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Group gap="xs" align="flex-start" wrap="nowrap">
          {can("qualityManageCalibration", "qualityDoAssessmentsTeam", "qualityDoAssessmentsAll") && (
            <Tooltip label={t("calibration.session.toList")}>
              <ActionIcon mt={4} variant="subtle" color="gray" component={Link} to="/quality/calibration" aria-label={t("calibration.session.toList")}><IconArrowLeft size={18} /></ActionIcon>
            </Tooltip>
          )}
          <div>
            <Group gap="sm"><Title order={1} size="h2">{session.name}</Title><SessionBadge state={session.state} /></Group>
            <Facts session={session} people={people} />
          </div>
        </Group>
        <Group gap="xs">
          {isOpen && own.open.length > 0 && (
            <Button component={Link} to={`/quality/calibration/${session.id}/item/${own.open[0]}`} rightSection={<IconArrowRight size={16} />}>
              {t(own.done > 0 ? "calibration.sessions.goOn" : "calibration.sessions.begin")}
            </Button>
          )}
          {manages && isOpen && (
            <>
              <Button variant={own.open.length > 0 ? "default" : "filled"} leftSection={<IconLock size={16} />} disabled={submitted < 2} onClick={() => setAsked("close")}>
                {t("calibration.session.close")} …
              </Button>
              <Menu position="bottom-end" withArrow>
                <Menu.Target><ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("common.actions")}><IconDots size={18} /></ActionIcon></Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setAsked("change")}>{t("calibration.session.change")} …</Menu.Item>
                  <Menu.Item color="red" leftSection={<IconBan size={16} />} onClick={() => setAsked("cancel")}>{t("calibration.session.cancel")} …</Menu.Item>
                </Menu.Dropdown>
              </Menu>
            </>
          )}
        </Group>
      </Group>
      {session.state === "cancelled" && <Alert color="gray" variant="light">{t("calibration.session.wasCancelled")}</Alert>}
      {manages && isOpen && submitted < 2 && <Text size="sm" c="dimmed">{t("calibration.session.twoNeeded")}</Text>}
      {session.state === "closed" && <Result session={session} people={people} />}
      <ProgressPanel session={session} people={people} userId={me.profile.id} />
      {asked === "close" && (
        <ConfirmDialog
          opened onClose={() => setAsked(null)} pending={close.isPending} title={t("calibration.session.closeTitle", { name: session.name })}
          text={missing > 0 ? t("calibration.session.closeMissing", { count: missing }) : t("calibration.session.closeText")}
          action={t("calibration.session.close")} onConfirm={() => close.mutate()}
        />
      )}
      {asked === "cancel" && (
        <ConfirmDialog
          opened onClose={() => setAsked(null)} pending={cancel.isPending} color="red" title={t("calibration.session.cancelTitle", { name: session.name })}
          text={t("calibration.session.cancelText")} action={t("calibration.session.cancel")} onConfirm={() => cancel.mutate()}
        />
      )}
      {asked === "change" && <ChangeDialog session={session} people={people} onClose={() => setAsked(null)} onDone={(changed) => void renew(changed)} />}
    </Stack>
  );
}

function Facts({ session, people }: { session: Session; people: Lookup }) {
  const { t, format } = useI18n();
  const cards = useCards();
  const facts = [
    cards.name(session.scorecardId),
    t("calibration.sessions.items", { count: session.items.length }),
    t(session.blind ? "calibration.session.blind" : "calibration.session.notBlind"),
    session.referenceUserId === null ? null : t("calibration.session.reference", { name: people.name(session.referenceUserId) }),
    session.closedAt !== null
      ? t("calibration.session.closedOn", { date: format.dateTime(session.closedAt) })
      : session.dueBy === null
        ? null
        : t("calibration.session.due", { date: format.date(session.dueBy) }),
  ];
  return <Text size="sm" c="dimmed">{facts.filter(Boolean).join(" · ")}</Text>;
}
