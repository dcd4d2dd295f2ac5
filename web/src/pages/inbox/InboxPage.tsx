import { Badge, Button, Checkbox, CloseButton, Group, Text, Title, Tooltip, UnstyledButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconInbox, IconPlayerTrackNext } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMediaQuery } from "@mantine/hooks";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { api, call } from "@/api/client";
import { useMay } from "@/app/auth";
import { useI18n } from "@/i18n";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState, useShowError } from "@/ui/ErrorState";
import { useHotkey } from "@/ui/hotkeys";
import { ListSkeleton } from "@/ui/Skeletons";
import { BulkBar } from "./BulkBar";
import { Filters } from "./Filters";
import classes from "./Inbox.module.css";
import { SaveView } from "./SaveView";
import { TicketRow } from "./TicketRow";
import { useFlags } from "./useFlags";
import { useNext } from "./useNext";
import { useSavedViews, useTickets } from "./useTickets";
import { BUILT_IN, hasFilters, queryOf, readChoice, type Choice } from "./views";

export default function InboxPage() {
  const { t } = useI18n();
  const may = useMay();
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const choice = useMemo(() => readChoice(params), [params]);
  const views = useSavedViews();
  const saved = views.data?.find((view) => choice.view === `v${view.id}`);
  const query = useMemo(() => queryOf(choice, saved), [choice, saved]);
  const found = useTickets(query);
  const tickets = useMemo(() => found.data?.pages.flatMap((page) => page.tickets) ?? [], [found.data]);
  const flags = useFlags(tickets);
  const next = useNext();
  const [selected, select] = useState<ReadonlySet<number>>(new Set());
  const [current, setCurrent] = useState(0);
  const anchor = useRef<number | null>(null);

  const change = useCallback(
    (next: Partial<Choice>) => {
      setParams(
        (before) => {
          const after = new URLSearchParams(next.view ? undefined : before);
          for (const [key, value] of Object.entries(next)) {
            if (value) after.set(key, value);
            else after.delete(key);
          }
          return after;
        },
        { replace: !next.view },
      );
      select(new Set());
      setCurrent(0);
    },
    [setParams],
  );

  const toggle = useCallback(
    (id: number, range: boolean) => {
      const index = tickets.findIndex((ticket) => ticket.id === id);
      select((before) => {
        const after = new Set(before);
        const start = range && anchor.current !== null ? anchor.current : index;
        for (const ticket of tickets.slice(Math.min(start, index), Math.max(start, index) + 1)) {
          if (before.has(id)) after.delete(ticket.id);
          else after.add(ticket.id);
        }
        return after;
      });
      anchor.current = index;
      setCurrent(index);
    },
    [tickets],
  );

  const scroller = useRef<HTMLDivElement>(null);
  const tall = useMediaQuery("(max-width: 900px)", false, { getInitialValueInEffect: false });
  const rows = useVirtualizer({
    count: tickets.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (tall ? 68 : 52),
    overscan: 8,
  });
  useEffect(() => rows.measure(), [tall, rows]);
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (found.hasNextPage && !found.isFetchingNextPage && last >= tickets.length - 15) void found.fetchNextPage();
  }, [last, tickets.length, found]);

  const move = (step: number) => {
    const index = Math.max(0, Math.min(tickets.length - 1, current + step));
    setCurrent(index);
    rows.scrollToIndex(index, { align: "auto" });
  };
  useHotkey("j", t("inbox.keys.down"), () => move(1));
  useHotkey("k", t("inbox.keys.up"), () => move(-1));
  useHotkey("x", t("inbox.keys.select"), () => tickets[current] && toggle(tickets[current].id, false));
  useHotkey("Enter", t("inbox.keys.open"), (event) => {
    const target = event.target as HTMLElement;
    if (target.closest("button, a, [role=option]")) return target.click();
    if (tickets[current]) void navigate(`/ticket/${tickets[current].id}`);
  });
  useHotkey("n", t("inbox.keys.next"), () => next.mutate());

  const chosen = tickets.filter((ticket) => selected.has(ticket.id));
  const first = found.data?.pages[0];
  return (
    <div className={classes.page}>
      <Group justify="space-between" gap="xs">
        <Group gap="sm" align="baseline">
          <Title order={1} size="h2">{t("inbox.title")}</Title>
          {first && (
            <Text c="dimmed" size="sm" role="status">
              {first.totalIsExact ? t("inbox.found", { count: first.total }) : t("inbox.foundAtLeast", { count: first.total - 1 })}
            </Text>
          )}
        </Group>
        <Group gap="xs" wrap="nowrap">
          <SaveView query={query} onSaved={(id) => change({ view: `v${id}` })} />
          <Tooltip label={t("inbox.nextHint")}>
            <Button leftSection={<IconPlayerTrackNext size={16} />} loading={next.isPending} onClick={() => next.mutate()}>
              {t("inbox.next")}
            </Button>
          </Tooltip>
        </Group>
      </Group>
      <nav className={classes.views} aria-label={t("inbox.views")}>
        {BUILT_IN.filter((name) => name !== "drafts" || may("approveDrafts")).map((name) => (
          <UnstyledButton key={name} className={classes.view} aria-current={choice.view === name} onClick={() => change({ view: name })}>
            {t(`inbox.view.${name}`)}
          </UnstyledButton>
        ))}
        {views.data?.map((view) => (
          <SavedTab key={view.id} view={view} active={saved?.id === view.id} onOpen={() => change({ view: `v${view.id}` })}
            onGone={() => change({ view: "open" })} />
        ))}
      </nav>
      <Filters choice={choice} change={change} />
      {chosen.length > 0 && may("updateTicket") && <BulkBar tickets={chosen} onDone={() => select(new Set())} />}
      {tickets.length > 0 && (
        <Checkbox
          size="xs" ml={15} label={t("inbox.selectAll")} checked={chosen.length === tickets.length}
          indeterminate={chosen.length > 0 && chosen.length < tickets.length}
          onChange={(event) => select(new Set(event.currentTarget.checked ? tickets.map(({ id }) => id) : []))}
        />
      )}
      <div ref={scroller} className={classes.list} tabIndex={-1} aria-busy={found.isPending}>
        {found.isPending ? (
          <ListSkeleton rows={10} height={36} />
        ) : found.isError && tickets.length === 0 ? (
          <ErrorState error={found.error} onRetry={() => void found.refetch()} />
        ) : tickets.length === 0 ? (
          choice.view === "queue" && !hasFilters(choice) ? (
            <EmptyState icon={IconInbox} title={t("inbox.emptyQueue")} text={t("inbox.emptyQueueText")} />
          ) : (
            <EmptyState icon={IconInbox} title={t("inbox.empty")} text={t("inbox.emptyText")}>
              {hasFilters(choice) && <Button variant="light" onClick={() => change({ view: choice.view })}>{t("inbox.clearFilters")}</Button>}
            </EmptyState>
          )
        ) : (
          <div className={classes.inner} style={{ height: rows.getTotalSize() }}>
            {shown.map((item) => {
              const ticket = tickets[item.index]!;
              return (
                <div key={ticket.id} className={classes.place} style={{ transform: `translateY(${item.start}px)` }}>
                  <TicketRow ticket={ticket} flag={flags.get(ticket.id)} current={item.index === current} selected={selected.has(ticket.id)} onSelect={toggle} />
                </div>
              );
            })}
          </div>
        )}
      </div>
    </div>
  );
}

function SavedTab(props: {
  view: { id: number; name: string; count?: number | null; countCapped?: boolean | null; canEdit: boolean };
  active: boolean;
  onOpen: () => void;
  onGone: () => void;
}) {
  const { t } = useI18n();
  const { view, active } = props;
  const client = useQueryClient();
  const onError = useShowError();
  const remove = useMutation({
    mutationFn: () => call(api.DELETE("/api/mind/ticketView/{id}", { params: { path: { id: view.id } } })),
    onSuccess: async () => {
      props.onGone();
      await client.invalidateQueries({ queryKey: ["ticket-views"] });
      notifications.show({ message: t("inbox.viewDeleted") });
    },
    onError,
  });
  return (
    <Group gap={0} wrap="nowrap">
      <UnstyledButton className={classes.view} aria-current={active} onClick={props.onOpen}>
        {view.name}
        {view.count != null && <Badge size="sm" variant="default">{view.count}{view.countCapped ? "+" : ""}</Badge>}
      </UnstyledButton>
      {active && view.canEdit && <CloseButton size="xs" aria-label={t("inbox.viewDelete", { name: view.name })} onClick={() => remove.mutate()} />}
    </Group>
  );
}
