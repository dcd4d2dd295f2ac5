import { Anchor, Badge, Button, Group, Loader, MultiSelect, Popover, Select, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { lazy, Suspense, type ReactNode } from "react";
import { api, call, type Schema } from "@/api/client";
import { usePeople, useTicketTags } from "@/api/lookups";
import { useMay } from "@/app/auth";
import { useI18n } from "@/i18n";
import { ChannelIcon } from "@/ui/Channel";
import { SlaClock } from "@/ui/SlaClock";
import { StatusPill } from "@/ui/StatusPill";
import { TimeAgo } from "@/ui/TimeAgo";
import classes from "./Ticket.module.css";
import { useChangeTicket, type Change, type Ticket } from "./useTicket";

export function Details({ ticket }: { ticket: Ticket }) {
  const { t, format, locale } = useI18n();
  const may = useMay();
  const change = useChangeTicket(ticket);
  const tags = useTicketTags();
  const people = usePeople();
  const locked = !may("updateTicket");
  const set = (value: Change) => change.mutate(value);
  return (
    <Stack gap="sm">
      <Group grow gap="xs">
        <Select label={t("ticket.statusLabel")} size="xs" allowDeselect={false} disabled={locked} value={ticket.status}
          onChange={(value) => value && set({ status: value as Change["status"] })}
          data={(["open", "pending", "closed"] as const).map((value) => ({ value, label: t(`ticket.status.${value}`) }))} />
        <Select label={t("ticket.priorityLabel")} size="xs" allowDeselect={false} disabled={locked} value={ticket.priority}
          onChange={(value) => value && set({ priority: value as Change["priority"] })}
          data={(["low", "medium", "high", "urgent"] as const).map((value) => ({ value, label: t(`ticket.priority.${value}`) }))} />
      </Group>
      <Field label={t("ticket.dueLabel")}>
        <Group gap="xs" justify="space-between">
          {ticket.dueBy ? <Group gap={6}><Text size="sm">{format.dateTime(ticket.dueBy)}</Text>{ticket.status !== "closed" && <SlaClock due={ticket.dueBy} />}</Group> : <Text size="sm" c="dimmed">{t("ticket.dueNone")}</Text>}
          {!locked && <DueMenu due={ticket.dueBy} onPick={(dueBy) => set({ dueBy })} />}
        </Group>
      </Field>
      <MultiSelect label={t("ticket.tagsLabel")} size="xs" searchable disabled={locked || tags.isPending} value={ticket.tagIds.map(String)}
        onChange={(values) => set({ tagIds: values.map(Number) })} hidePickedOptions
        data={choices(tags.data?.map((tag) => [tag.id, tag.name]), ticket.tags.map((tag) => [tag.id, tag.name]))} />
      <MultiSelect label={t("ticket.assigneesLabel")} size="xs" searchable disabled={locked || !may("assignTickets", "updateTicket")}
        value={ticket.assignedAgentIds.map(String)} onChange={(values) => set({ assignedAgentIds: values.map(Number) })} hidePickedOptions
        data={choices(people.data?.map((one) => [one.id, one.name]), ticket.assignedAgents.map((one) => [one.id, `${one.firstName} ${one.lastName}`]))} />
      <Group justify="space-between">
        <Text size="xs" c="dimmed">{t("ticket.createdLabel")}</Text>
        <Text size="xs">{format.dateTime(ticket.createdAt)}</Text>
      </Group>
      {ticket.languageCode && (
        <Group justify="space-between">
          <Text size="xs" c="dimmed">{t("ticket.languageLabel")}</Text>
          <Text size="xs">{new Intl.DisplayNames([locale], { type: "language" }).of(ticket.languageCode)}</Text>
        </Group>
      )}
    </Stack>
  );
}

function choices(all: [number, string][] | undefined, present: [number, string][]): { value: string; label: string }[] {
  return [...new Map([...present, ...(all ?? [])])].map(([id, label]) => ({ value: String(id), label }));
}

function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <Text size="xs" fw={500} mb={2}>{label}</Text>
      {children}
    </div>
  );
}

const DuePicker = lazy(() => import("./DuePicker"));

function DueMenu({ due, onPick }: { due: string | null; onPick: (dueBy: string | null) => void }) {
  const { t } = useI18n();
  const [opened, popover] = useDisclosure();
  return (
    <Popover opened={opened} onChange={popover.set} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target><Button size="compact-xs" variant="light" onClick={popover.toggle}>{t("ticket.setDue")}</Button></Popover.Target>
      <Popover.Dropdown aria-label={t("ticket.setDue")}>
        <Suspense fallback={<Loader size="sm" aria-label={t("common.loading")} />}>
          <DuePicker due={due} onPick={(dueBy) => {
            onPick(dueBy);
            popover.close();
          }} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}

type Customer = Schema<"CustomerRead">;
type Contract = Schema<"ContractRead">;

export function CustomerCard({ ticket }: { ticket: Ticket }) {
  const { t, format } = useI18n();
  const customer = ticket.customer as Customer | null;
  if (!customer) {
    const sender = ticket.fromName || ticket.from || t("ticket.unknownSender");
    return <Text size="sm" c="dimmed">{t("ticket.noCustomer")}. {t("ticket.noCustomerText", { sender })}</Text>;
  }
  const person = [customer.firstname, customer.lastname].filter(Boolean).join(" ");
  const known = ticket.customerLegitimation >= 20 ? "full" : ticket.customerLegitimation > 0 ? "partly" : "none";
  return (
    <Stack gap="xs">
      <div>
        <Text fw={600}>{customer.company || person || ticket.customerName}</Text>
        {customer.company && person && <Text size="sm">{person}</Text>}
      </div>
      <Group gap={6}>
        <Badge size="sm" variant="light" autoContrast={false} tt="none" color={known === "full" ? "teal" : known === "partly" ? "yellow" : "gray"}>{t(`ticket.legitimation.${known}`)}</Badge>
        {customer.tags.map((tag) => <Badge key={tag.id} size="sm" variant="default" tt="none">{tag.name}</Badge>)}
      </Group>
      <Rows rows={[
        [t("ticket.contact"), customer.email],
        ["", customer.phone === null ? null : String(customer.phone)],
        [t("ticket.address"), customer.address],
      ]} />
      {customer.contracts.length > 0 && (
        <>
          <Text size="xs" fw={700} c="dimmed" tt="uppercase" mt={4}>{t("ticket.contracts", { count: customer.contracts.length })}</Text>
          {(customer.contracts as Contract[]).map((contract) => (
            <div key={String(contract.id)} className={classes.contract} data-own={String(contract.id) === ticket.contractId || undefined}>
              <Group justify="space-between" gap="xs">
                <Text size="sm" fw={600}>{String(contract.id)}</Text>
                {contract.status && <ContractStatus word={contract.statusCodeTitle ?? contract.status} />}
              </Group>
              <Rows rows={[
                [t("ticket.product"), contract.productName],
                [t("ticket.meter"), contract.counterNumber],
                [t("ticket.deposit"), contract.monthlyDeposit === null ? null : format.number(contract.monthlyDeposit, 2)],
                [t("ticket.address"), contract.deliveryAddress],
              ]} />
            </div>
          ))}
        </>
      )}
    </Stack>
  );
}

const CONTRACT_STATUS = ["active", "inactive", "pending", "cancelled", "ended"] as const;

function ContractStatus({ word }: { word: string }) {
  const { t } = useI18n();
  return <Badge size="xs" variant="default" tt="none">{isUsual(word) ? t(`ticket.contractStatus.${word}`) : word}</Badge>;
}

function isUsual(status: string): status is (typeof CONTRACT_STATUS)[number] {
  return (CONTRACT_STATUS as readonly string[]).includes(status);
}

function Rows({ rows }: { rows: [string, string | null | undefined][] }) {
  return rows.map(([label, value]) =>
    value ? (
      <Group key={label + value} justify="space-between" wrap="nowrap" align="baseline" gap="sm">
        <Text size="xs" c="dimmed">{label}</Text>
        <Text size="xs" ta="right" className={classes.value}>{value}</Text>
      </Group>
    ) : null,
  );
}

export function History({ ticketId }: { ticketId: number }) {
  const { t } = useI18n();
  const list = useQuery({
    queryKey: ["ticket", ticketId, "history"],
    queryFn: () => call(api.GET("/api/mind/ticket/{ticketId}/history", { params: { path: { ticketId }, query: { limit: 50 } } })),
    staleTime: 60_000,
  });
  const rows = list.data?.history ?? [];
  if (list.isSuccess && rows.length === 0) return <Text size="sm" c="dimmed">{t("ticket.noHistory")}</Text>;
  return (
    <Stack gap={6}>
      {rows.map((row, index) => (
        <Group key={`${row.type}-${row.id}-${index}`} gap={8} wrap="nowrap" align="flex-start">
          <Text c="dimmed" mt={2} component="span">{row.channel && <ChannelIcon channel={row.channel as "email"} size={14} />}</Text>
          <div className={classes.value}>
            {row.type === "ticket" && row.id !== null ? (
              <Anchor component={Link} to={`/ticket/${row.id}`} size="sm">{row.subject || `#${row.id}`}</Anchor>
            ) : (
              <Text size="sm">{row.subject || row.type}</Text>
            )}
            <Group gap={6}>
              <Text size="xs" c="dimmed"><TimeAgo value={row.createdAt} /></Text>
              {(row.status === "open" || row.status === "pending") && <StatusPill status={row.status} />}
            </Group>
          </div>
        </Group>
      ))}
    </Stack>
  );
}

export function Activity({ ticketId }: { ticketId: number }) {
  const { t, format } = useI18n();
  const readable = (value: string) => value.replace(/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)/g, (moment) => format.dateTime(moment));
  const list = useQuery({
    queryKey: ["ticket", ticketId, "activity"],
    queryFn: () => call(api.GET("/api/mind/ticket/{ticketId}/activity", { params: { path: { ticketId }, query: { limit: 50 } } })),
  });
  const rows = list.data?.activities ?? [];
  if (list.isSuccess && rows.length === 0) return <Text size="sm" c="dimmed">{t("ticket.noActivity")}</Text>;
  return (
    <Stack gap="xs">
      {rows.map((row) => (
        <div key={row.id}>
          <Text size="sm">{row.text}</Text>
          {row.details.map((detail) => <Text key={detail.label} size="xs" className={classes.value}>{detail.label}: {readable(detail.value)}</Text>)}
          <Text size="xs" c="dimmed">{row.userName && `${row.userName} · `}<TimeAgo value={row.createdAt} /></Text>
        </div>
      ))}
    </Stack>
  );
}
