import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { useMayIn } from '../../api/rights';
import { texts } from '../../texts';
import { ImportDialog } from '../services/ImportDialog';
import { AddVersion } from './AddVersion';
import type { Read } from './data';
import type { Service } from './documents';
import { EditService } from './EditService';
import { EditVersion } from './EditVersion';
import { RemoveService } from './RemoveService';
import type { OfVersion } from './types';

/** What can be done with a service as a whole. */
export function ServiceActions(props: { read: Read<Service> }) {
  const { read } = props;
  const service = read.value;
  const may = useMayIn();
  const [open, setOpen] = useState<'edit' | 'add' | 'import' | 'remove'>();
  const close = () => setOpen(undefined);
  if (!may('services.write', service.tenant)) return null;
  const words = texts.services;
  return (
    <>
      <Button variant="default" onClick={() => setOpen('import')}>
        {words.import.action}
      </Button>
      <Button variant="default" onClick={() => setOpen('add')}>
        {words.version.add}
      </Button>
      <Button variant="default" onClick={() => setOpen('edit')}>
        {words.page.edit}
      </Button>
      <Button variant="default" onClick={() => setOpen('remove')}>
        {words.page.remove}
      </Button>
      {open === 'edit' && <EditService read={read} onClose={close} />}
      {open === 'add' && <AddVersion read={read} onClose={close} />}
      {open === 'import' && <ImportDialog service={service} version={nextFor(service)} onClose={close} />}
      {open === 'remove' && <RemoveService read={read} onClose={close} />}
    </>
  );
}

/** The version that an import is most likely meant for: the only one, or the newest draft. */
function nextFor(service: Service): string {
  const all = Object.entries(service.versions);
  const draft = all.find(([, version]) => version.state === 'draft');
  return (draft ?? all[0])?.[0] ?? 'v1';
}

/** What can be done with the version that is looked at, besides its steps of life. */
export function VersionActions(props: { of: OfVersion }) {
  const { service, name } = props.of;
  const [editing, edit] = useDisclosure(false);
  const may = useMayIn();
  const words = texts.services;
  return (
    <>
      {may('services.write', service.tenant) && (
        <Button variant="default" onClick={edit.open}>
          {words.version.edit}
        </Button>
      )}
      <Button
        variant="default"
        component="a"
        href={`/api/v1/services/${encodeURIComponent(service.id)}/versions/${encodeURIComponent(name)}/openapi`}
        download={`${service.id}-${name}.openapi.json`}
      >
        {words.export}
      </Button>
      {editing && <EditVersion of={props.of} onClose={edit.close} />}
    </>
  );
}
