import { CSPProvider } from "@base-ui/react/csp-provider";
import { Tooltip } from "@base-ui/react/tooltip";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { Redirect, Route, Switch } from "wouter";
import { listenForBuild, Problem } from "@/api/client";
import { Boundary } from "@/ui/boundary";
import { Button, Loading, Notice } from "@/ui/parts";
import { Toasts } from "@/ui/toasts";
import { NotFound } from "@/screens/not-found";

const DatasetsScreen = lazy(() => import("@/screens/datasets"));
const CreateScreen = lazy(() => import("@/screens/create"));
const TracesScreen = lazy(() => import("@/screens/traces"));
const DatasetScreen = lazy(() => import("@/screens/dataset"));
const SystemScreen = lazy(() => import("@/screens/system"));
const UploadDock = lazy(() => import("@/screens/upload-dock"));

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
  return (
    <QueryClientProvider client={client}>
      <CSPProvider disableStyleElements>
        <Tooltip.Provider delay={350} closeDelay={0}>
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
            <Suspense fallback={<div className="page"><Loading lines={5} /></div>}>
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
            </Suspense>
          </Boundary>
          <Suspense>
            <UploadDock />
          </Suspense>
          <Toasts />
        </Tooltip.Provider>
      </CSPProvider>
    </QueryClientProvider>
  );
}
