// What prove-pipe-security.ps1 asks of Windows directly. Written for the C# 5 compiler that PowerShell 5.1 has.
using System;
using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

public static class PipeProbe
{
    public const uint ReadWrite = 0x0012019B;
    public const uint GenericRead = 0x80000000;
    public const uint GenericReadWrite = 0xC0000000;
    public const uint IdentificationOnly = 0x00110000;

    [StructLayout(LayoutKind.Sequential)]
    struct SecurityAttributes { public int Length; public IntPtr Descriptor; public int Inherit; }

    [DllImport("kernel32.dll", CharSet = CharSet.Unicode, SetLastError = true)]
    static extern SafeFileHandle CreateFileW(string path, uint access, uint share, IntPtr security, uint disposition, uint flags, IntPtr template);
    [DllImport("kernel32.dll", CharSet = CharSet.Unicode, SetLastError = true)]
    static extern SafeFileHandle CreateNamedPipeW(string path, uint openMode, uint pipeMode, uint instances, uint outBytes, uint inBytes, uint timeout, ref SecurityAttributes security);
    [DllImport("kernel32.dll", SetLastError = true)]
    static extern bool ConnectNamedPipe(SafeFileHandle pipe, IntPtr overlapped);
    [DllImport("kernel32.dll", SetLastError = true)]
    static extern bool ReadFile(SafeFileHandle file, byte[] bytes, int count, out int read, IntPtr overlapped);
    [DllImport("kernel32.dll", SetLastError = true)]
    static extern bool WriteFile(SafeFileHandle file, byte[] bytes, int count, out int written, IntPtr overlapped);
    [DllImport("kernel32.dll")]
    static extern IntPtr LocalFree(IntPtr memory);
    [DllImport("advapi32.dll", SetLastError = true)]
    static extern bool ImpersonateNamedPipeClient(SafeFileHandle pipe);
    [DllImport("advapi32.dll", SetLastError = true)]
    static extern bool RevertToSelf();
    [DllImport("advapi32.dll", CharSet = CharSet.Unicode, SetLastError = true)]
    static extern bool ConvertStringSecurityDescriptorToSecurityDescriptorW(string sddl, uint revision, out IntPtr descriptor, IntPtr bytes);

    // Opens a pipe or file and closes it again: 0, or the error code.
    public static int Open(string path, uint access, uint flags)
    {
        using (SafeFileHandle handle = CreateFileW(path, access, 0, IntPtr.Zero, 3, flags, IntPtr.Zero))
        {
            return handle.IsInvalid ? Marshal.GetLastWin32Error() : 0;
        }
    }

    // Opens a pipe and sends one byte. The caller keeps it open.
    public static SafeFileHandle OpenAndSpeak(string path, uint access, uint flags)
    {
        SafeFileHandle handle = CreateFileW(path, access, 0, IntPtr.Zero, 3, flags, IntPtr.Zero);
        if (handle.IsInvalid) throw new Win32Exception();
        int written;
        if (!WriteFile(handle, new byte[] { 1 }, 1, out written, IntPtr.Zero)) throw new Win32Exception();
        return handle;
    }

    // An instance of a byte pipe that other machines may reach; throws what the system says.
    public static SafeFileHandle CreateInstance(string path, bool first, string sddl)
    {
        IntPtr descriptor;
        if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl, 1, out descriptor, IntPtr.Zero)) throw new Win32Exception();
        try
        {
            SecurityAttributes security = new SecurityAttributes();
            security.Length = Marshal.SizeOf(typeof(SecurityAttributes));
            security.Descriptor = descriptor;
            SafeFileHandle handle = CreateNamedPipeW(path, first ? 0x80003u : 0x3u, 0, 255, 4096, 4096, 0, ref security);
            if (handle.IsInvalid) throw new Win32Exception();
            return handle;
        }
        finally
        {
            LocalFree(descriptor);
        }
    }

    // 0, or the error code of making an instance.
    public static int TryCreateInstance(string path, bool first, string sddl)
    {
        try
        {
            CreateInstance(path, first, sddl).Dispose();
            return 0;
        }
        catch (Win32Exception error)
        {
            return error.NativeErrorCode;
        }
    }

    // Waits for a client that speaks, and opens a file in its name: 0, or the error code of that. Blocks.
    public static int OpenAsClient(SafeFileHandle pipe, string file)
    {
        const int alreadyConnected = 535;
        if (!ConnectNamedPipe(pipe, IntPtr.Zero) && Marshal.GetLastWin32Error() != alreadyConnected) throw new Win32Exception();
        int read;
        if (!ReadFile(pipe, new byte[1], 1, out read, IntPtr.Zero)) throw new Win32Exception();
        if (!ImpersonateNamedPipeClient(pipe)) throw new Win32Exception();
        try
        {
            return Open(file, GenericRead, 0);
        }
        finally
        {
            if (!RevertToSelf()) Environment.FailFast("still in the client's name");
        }
    }
}
