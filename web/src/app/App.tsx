import { localStorageColorSchemeManager, MantineProvider, MantineThemeProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { BrowserRouter } from "react-router";
import { api, call } from "@/api/client";
import { ApiError } from "@/api/errors";
import { browserLanguage, I18nProvider, loadCore, loadDictionary, setInstanceZone, useI18n, type Language } from "@/i18n";
import SignIn from "@/pages/signin/SignIn";
import { ErrorState } from "@/ui/ErrorState";
import { HotkeyProvider } from "@/ui/hotkeys";
import { SessionProvider, useOwnProfile } from "./auth";
import { Shell } from "./Shell";
import { theme, variables } from "./theme";

const schemes = localStorageColorSchemeManager({ key: "assaydesk-theme" });

const SurveyPage = lazy(() => import("@/pages/survey/SurveyPage"));
/** What customers open from a mail, without an account. */
const survey = /^\/survey\/([^/]+)\/?$/.exec(window.location.pathname);

function retry(failures: number, error: Error): boolean {
  return failures < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 502);
}

export function App({ nonce }: { nonce: string }) {
  const [client] = useState(
    () => new QueryClient({ defaultOptions: { queries: { retry, staleTime: 10_000, refetchOnWindowFocus: true } } }),
  );
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto" colorSchemeManager={schemes} getStyleNonce={() => nonce}>
      <QueryClientProvider client={client}>
        {survey ? <Suspense><SurveyPage place={decodeURIComponent(survey[1]!)} /></Suspense> : <Gate />}
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** Nothing is shown before it is known who is there and which language is read. */
function Gate() {
  const own = useOwnProfile();
  const [chosen, choose] = useState<Language | null>(null);
  const me = own.data;
  const language: Language = me ? (me.profile.lang === "de" ? "de" : "en") : (chosen ?? browserLanguage());
  const core = useQuery({
    queryKey: ["dictionary", language, "core"],
    queryFn: () => loadCore(language),
    staleTime: Infinity,
    enabled: !own.isPending,
    placeholderData: (previous) => previous,
  });
  const wanted = useWholeDictionary();
  const whole = useQuery({
    queryKey: ["dictionary", language],
    queryFn: () => loadDictionary(language),
    staleTime: Infinity,
    enabled: core.isSuccess && Boolean(me) && wanted,
    placeholderData: (previous) => previous,
  });
  const instance = useQuery({
    queryKey: ["instance"],
    queryFn: async () => {
      const { settings } = await call(api.GET("/api/mind/settings/compact"));
      setInstanceZone(typeof settings.timezone === "string" ? settings.timezone : undefined);
      return settings;
    },
    staleTime: Infinity,
    enabled: Boolean(me),
  });
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  if (!core.data || (me && instance.isPending)) return null;
  return (
    <I18nProvider dictionary={whole.data ?? core.data} complete={Boolean(whole.data)} language={language} timeZone={me?.profile.timezone ?? zoneOf(instance.data)}>
      <Told />
      {own.isError ? (
        <ErrorState error={own.error} onRetry={() => void own.refetch()} />
      ) : me ? (
        <SessionProvider me={me}>
          <BrowserRouter>
            <HotkeyProvider>
              <Shell />
            </HotkeyProvider>
          </BrowserRouter>
        </SessionProvider>
      ) : (
        <SignIn onLanguage={choose} />
      )}
    </I18nProvider>
  );
}

/** At once, but for the inbox: there it waits until the list stands, because new words draw everything again. */
function useWholeDictionary(): boolean {
  const [wanted, want] = useState(!["/", "/inbox"].includes(window.location.pathname));
  useEffect(() => {
    if (wanted) return;
    const timer = setTimeout(() => want(true), 2000);
    const onward = () => want(true); // Somebody goes to another page before that.
    window.addEventListener("click", onward, { once: true });
    window.addEventListener("keydown", onward, { once: true });
    return () => {
      clearTimeout(timer);
      window.removeEventListener("click", onward);
      window.removeEventListener("keydown", onward);
    };
  }, [wanted]);
  return wanted;
}

function zoneOf(settings: Record<string, unknown> | undefined): string | undefined {
  return typeof settings?.timezone === "string" ? settings.timezone : undefined;
}

/** What the program tells in passing; its button to close has a name in the language of the reader. */
function Told() {
  const { t } = useI18n();
  return (
    <MantineThemeProvider theme={{ components: { Notification: { defaultProps: { closeButtonProps: { "aria-label": t("common.close") } } } } }}>
      <Notifications position="top-center" limit={4} />
    </MantineThemeProvider>
  );
}
