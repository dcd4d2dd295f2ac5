import { Button, Group, Modal, Stack, Table, Text, TextInput, VisuallyHidden } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "./kit/backend";
import { AskFirst, FormBox, FormButtons, Loaded, Mark, ShownOnce, When } from "./kit/pieces";
import { useDraftForm } from "./kit/useDraftForm";
import { useWords } from "./kit/words";

const EMPTY = { name: "", expires: "" };

/** The API tokens of one person or service worker: made here, shown once, revoked at once. */
export function ApiKeys({ profileId, mayCreate }: { profileId: number; mayCreate: boolean }) {
  const { t, day } = useWords();
  const client = useQueryClient();
  const [making, setMaking] = useState(false);
  const [token, setToken] = useState<string | null>(null);
  const key = ["admin", "apiKeys", profileId];
  const query = useQuery({
    queryKey: key,
    queryFn: () => ask(api.GET("/api/mind/profile/{id}/apiKey", { params: { path: { id: profileId }, query: { limit: 200 } } })),
  });
  const form = useDraftForm({
    key: `apiKey.${profileId}`, initial: EMPTY, codes: {},
    save: async ({ name, expires }) => {
      const made = await ask(api.POST("/api/mind/profile/{id}/apiKey", {
        params: { path: { id: profileId } },
        body: { name: name.trim(), expiresAt: expires ? new Date(`${expires}T23:59:59`).toISOString() : null },
      }));
      setToken(made.token);
      await client.invalidateQueries({ queryKey: key });
    },
  });
  const close = () => { setMaking(false); setToken(null); };
  return (
    <Stack gap="sm">
      <Loaded query={query} rows={2} isEmpty={(answer) => answer.apiKeys.length === 0}
        empty={<Text c="dimmed" fz="sm">{mayCreate ? t("admin.noTokensHint") : t("admin.noTokens")}</Text>}>
        {(answer) => (
          <Table.ScrollContainer minWidth={560}>
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("admin.name")}</Table.Th><Table.Th>{t("admin.tokenStart")}</Table.Th>
                  <Table.Th>{t("admin.created")}</Table.Th><Table.Th>{t("admin.lastUsed")}</Table.Th>
                  <Table.Th>{t("admin.expires")}</Table.Th><Table.Th><VisuallyHidden>{t("admin.actions")}</VisuallyHidden></Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {answer.apiKeys.map((one) => (
                  <Table.Tr key={one.id}>
                    <Table.Td fw={500}>{one.name}</Table.Td>
                    <Table.Td ff="monospace" fz="xs">{one.prefix}…</Table.Td>
                    <Table.Td><When at={one.createdAt} /></Table.Td>
                    <Table.Td><When at={one.lastUsedAt} none={t("admin.never")} /></Table.Td>
                    <Table.Td fz="sm">{one.expiresAt ? day(one.expiresAt) : t("admin.noEnd")}</Table.Td>
                    <Table.Td ta="right">
                      {one.revokedAt ? <Mark tone="gray">{t("admin.revoked")}</Mark> : (
                        <AskFirst label={t("admin.revoke")} title={t("admin.revokeTitle", { name: one.name })} text={t("admin.revokeText")}
                          confirm={t("admin.revoke")}
                          run={async () => {
                            await ask(api.DELETE("/api/mind/profile/{id}/apiKey/{keyId}", { params: { path: { id: profileId, keyId: one.id } } }));
                            await client.invalidateQueries({ queryKey: key });
                          }} />
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Loaded>
      {mayCreate && <Group><Button size="xs" variant="default" onClick={() => setMaking(true)}>{t("admin.makeToken")}</Button></Group>}
      <Modal opened={making} onClose={close} title={t("admin.makeToken")} closeButtonProps={{ "aria-label": t("admin.close") }}>
        {token ? (
          <Stack>
            <ShownOnce label={t("admin.yourToken")} value={token}>{t("admin.yourTokenHint")}</ShownOnce>
            <Group justify="flex-end"><Button onClick={() => { form.reset(); close(); }}>{t("admin.done")}</Button></Group>
          </Stack>
        ) : (
          <FormBox form={form}>
            <TextInput label={t("admin.tokenName")} description={t("admin.tokenNameHint")} required data-autofocus value={form.values.name}
              error={form.fault("name")} onChange={(event) => form.set("name", event.currentTarget.value)} />
            <TextInput type="date" label={t("admin.expires")} description={t("admin.expiresHint")} value={form.values.expires}
              error={form.fault("expiresAt")} onChange={(event) => form.set("expires", event.currentTarget.value)} />
            <FormButtons form={form} save={t("admin.makeToken")} />
          </FormBox>
        )}
      </Modal>
    </Stack>
  );
}
