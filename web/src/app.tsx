import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Redirect, Route, Switch } from "wouter";
import { listenForBuild, Problem } from "@/api/client";
import { lazily } from "@/lib/lazily";
import { Boundary } from "@/ui/boundary";
import { Button, Loading, Notice } from "@/ui/parts";
import { fetchPopups } from "@/ui/menu";
import { Tips } from "@/ui/tips";
import { Toasts } from "@/ui/toasts";
import { NotFound } from "@/screens/not-found";

const Waiting = () => (
  <div className="page">
    <Loading lines={5} />
  </div>
);
const DatasetsScreen = lazily(() => import("@/screens/datasets"), Waiting);
const CreateScreen = lazily(() => import("@/screens/create"), Waiting);
const TracesScreen = lazily(() => import("@/screens/traces"), Waiting);
const DatasetScreen = lazily(() => import("@/screens/dataset"), Waiting);
const SystemScreen = lazily(() => import("@/screens/system"), Waiting);
const UploadDock = lazily(() => import("@/screens/upload-dock"));

// The daemon not answering is waited for; what it refuses is not asked again.
const client = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => (error instanceof Problem && error.offline ? true : failures < 1 && error instanceof Problem && error.status >= 500),
      retryDelay: (failures) => Math.min(1000 * 2 ** failures, 5000),
      refetchOnWindowFocus: false,
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});

function useNewBuild(): boolean {
  const [first, setFirst] = useState<string | null>(null);
  const [changed, setChanged] = useState(false);
  useEffect(() => {
    listenForBuild((build) => {
      setFirst((known) => {
        if (known !== null && known !== build) setChanged(true);
        return known ?? build;
      });
    });
  }, []);
  return changed && first !== null;
}

export function App() {
  const newBuild = useNewBuild();
  useEffect(() => {
    const timer = setTimeout(() => void fetchPopups().catch(() => undefined), 1000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <QueryClientProvider client={client}>
      <CSPProvider disableStyleElements>
          {newBuild && (
            <div className="update-bar">
              <Notice tone="accent">
                The daemon was updated.{" "}
                <Button className="link" onClick={() => window.location.reload()}>
                  Load the new page
                </Button>
              </Notice>
            </div>
          )}
          <Boundary what="This page">
            <Switch>
              <Route path="/">
                <Redirect to="/finetune" replace />
              </Route>
              <Route path="/finetune" component={DatasetsScreen} />
              <Route path="/finetune/new" component={CreateScreen} />
              <Route path="/finetune/traces" component={TracesScreen} />
              <Route path="/finetune/:id/*?">{({ id, "*": rest }) => <DatasetScreen key={id} id={decodeURIComponent(id)} rest={rest ?? ""} />}</Route>
              <Route path="/system" component={SystemScreen} />
              <Route>
                <NotFound />
              </Route>
            </Switch>
          </Boundary>
          <Boundary what="The list of uploads">
            <UploadDock />
          </Boundary>
          <Toasts />
          <Tips />
      </CSPProvider>
    </QueryClientProvider>
  );
}
