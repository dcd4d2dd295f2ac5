import {
  Alert, Anchor, Button, Card, Checkbox, Code, CopyButton, Group, PasswordInput, SegmentedControl, Stack, Text, TextInput, Title,
} from "@mantine/core";
import { IconFlask } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, call } from "@/api/client";
import { asApiError } from "@/api/errors";
import { OWN_PROFILE } from "@/app/auth";
import { useI18n, type Language } from "@/i18n";
import { Logo } from "@/ui/Logo";
import { errorText } from "@/ui/ErrorState";
import classes from "./SignIn.module.css";

const hint = document.querySelector<HTMLMetaElement>('meta[name="assaydesk-sign-in"]')?.content ?? "";

export default function SignIn({ onLanguage }: { onLanguage: (language: Language) => void }) {
  const { t, language } = useI18n();
  const client = useQueryClient();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [remember, setRemember] = useState(true);
  const signIn = useMutation({
    mutationFn: () => call(api.POST("/api/auth/login", { body: { email, password, remember } })),
    onSuccess: async () => {
      client.removeQueries({ predicate: (query) => !["own-profile", "dictionary"].includes(String(query.queryKey[0])) });
      await client.refetchQueries({ queryKey: OWN_PROFILE });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  const error = signIn.error ? asApiError(signIn.error) : null;
  const reason = !error
    ? null
    : error.code === "invalid_credentials"
      ? t("signin.wrong")
      : error.status === 429
        ? t("signin.tooMany")
        : errorText(error, t);
  return (
    <main className={classes.page}>
      <div className={classes.column}>
        <Group justify="space-between" mb="xl">
          <Logo />
          <SegmentedControl
            size="xs"
            aria-label={t("shell.language")}
            value={language}
            onChange={(value) => onLanguage(value as Language)}
            data={[{ value: "de", label: "Deutsch" }, { value: "en", label: "English" }]}
          />
        </Group>
        <Card withBorder shadow="sm" padding="xl" radius="lg">
          <form onSubmit={submit}>
            <Stack gap="md">
              <div>
                <Title order={1} size="h2">{t("signin.title")}</Title>
                <Text c="dimmed">{t("signin.lead")}</Text>
              </div>
              {reason && <Alert color="red" role="alert">{reason}</Alert>}
              <TextInput
                label={t("signin.email")} type="email" name="email" autoComplete="username" required autoFocus
                withAsterisk={false} value={email} onChange={(event) => setEmail(event.currentTarget.value)}
              />
              <PasswordInput
                label={t("signin.password")} name="password" autoComplete="current-password" required
                withAsterisk={false} value={password} onChange={(event) => setPassword(event.currentTarget.value)}
              />
              <Checkbox
                label={t("signin.remember")} checked={remember}
                onChange={(event) => setRemember(event.currentTarget.checked)}
              />
              <Button type="submit" size="md" fullWidth loading={signIn.isPending}>{t("signin.submit")}</Button>
            </Stack>
          </form>
        </Card>
        {hint ? (
          <Alert variant="light" mt="lg" radius="lg" icon={<IconFlask />} styles={{ body: { minWidth: 0 } }} title={t("signin.demoTitle")}>
            <Stack gap="xs">
              <Text size="sm">{t("signin.demo")}</Text>
              <Group gap="xs" wrap="nowrap" align="center">
                <Code block className={classes.command}>{hint}</Code>
                <CopyButton value={hint}>
                  {({ copied, copy }) => (
                    <Anchor component="button" type="button" size="sm" onClick={copy}>
                      {copied ? t("common.copied") : t("common.copy")}
                    </Anchor>
                  )}
                </CopyButton>
              </Group>
            </Stack>
          </Alert>
        ) : (
          <Text size="sm" c="dimmed" ta="center" mt="lg">{t("signin.noAccount")}</Text>
        )}
      </div>
    </main>
  );
}
