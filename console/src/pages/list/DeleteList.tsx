import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { answer, api } from '../../api/client';
import { queries } from '../../api/queries';
import { Ask } from '../../parts/Ask';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { one } from '../lists/changing';
import type { ListDocument } from '../lists/entries';

const words = texts.lists.list;

/** The button that removes a list. The API keeps one that policies use, and says which. */
export function DeleteList({ list }: { list: ListDocument }) {
  const [opened, { open, close }] = useDisclosure(false);
  const navigate = useNavigate();
  const id = list.id ?? '';
  const remove = async (comment: string) => {
    await answer(
      api.DELETE('/api/v1/lists/{id}', {
        params: {
          path: { id },
          query: comment ? { comment } : {},
          header: { 'If-Match': `"${list.version}"` },
        },
      }),
    );
    const undo = async () => {
      const { version, ...body } = list;
      const query = { comment: words.undoDelete };
      await answer(api.POST('/api/v1/lists', { params: { query }, body }));
      await queries.invalidateQueries({ queryKey: ['lists'] });
    };
    told(words.deleted(id), undo);
    await navigate({ to: '/lists' });
    queries.removeQueries({ queryKey: one(id).queryKey });
    void queries.invalidateQueries({ queryKey: ['lists'] });
  };
  return (
    <>
      <Button variant="default" onClick={open}>
        {words.delete}
      </Button>
      <Ask
        opened={opened}
        onClose={close}
        title={words.deleteTitle(id)}
        action={words.deleteDo}
        danger
        comment="optional"
        onDone={remove}
      >
        <Text size="sm">{words.deleteDetail(list.entries.length)}</Text>
      </Ask>
    </>
  );
}
